import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/observability/logger.ts';
import { databaseEnv, serviceToken } from '../support/database-gateway.ts';
import { askForEvents } from '../support/event-stream.ts';
import { type GraphQLAnswer, startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql, type OperationText, type VariablesOf } from '../support/gql.ts';
import { holdTable } from '../support/held-table.ts';
import { startTestPostgres } from '../support/postgres.ts';
import { type RowsGateway, startRowsGateway } from '../support/rows-gateway.ts';
import { type StorageGateway, startStorageGateway } from '../support/storage-gateway.ts';
import { hmacToken, testSecret, userClaims } from '../support/tokens.ts';

const isReplayed = ({ headers }: GraphQLAnswer) => headers.get('idempotency-replayed') === 'true';
const extensionsOf = ({ errors }: GraphQLAnswer) => errors[0]?.extensions;
const execute = gql(`mutation ($statement: String!) { executeSql(statement: $statement) { rowCount rows } }`);

describe('mutations beside db', () => {
  let gateway: RowsGateway;
  beforeAll(async () => {
    gateway = await startRowsGateway('create table runs (id int generated always as identity, note text)');
  });
  afterAll(() => gateway.close());
  beforeEach(() => gateway.admin.unsafe('truncate runs, bunbun.idempotency_keys restart identity'));

  const ask = <Text extends OperationText>(key: string, operation: Text, variables?: VariablesOf<Text>) =>
    gateway.graphql(operation, { token: serviceToken, headers: { 'idempotency-key': key }, variables });
  const insert = (key: string, note = 'a') =>
    ask(key, execute, { statement: `insert into runs (note) values ('${note}') returning id, note` });
  const runs = async () => (await gateway.admin`select note from runs order by id`).map(({ note }) => note);

  it('are done once, and the answer is given again as it was', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 20 }, () => insert(key)));
    expect(await runs()).toEqual(['a']);
    expect(answers.filter(isReplayed)).toHaveLength(19);
    for (const { data } of answers) {
      expect(data).toEqual({ executeSql: { rowCount: 1, rows: [{ id: 1, note: 'a' }] } });
    }
    expect(extensionsOf(await insert(key, 'b'))).toMatchObject({ reason: 'idempotency_key_reused' });
  });

  it('may be tried again where they were refused before they did anything', async () => {
    const key = randomUUID();
    const refused = gql(`mutation { executeSql(statement: "delete from runs", maxRows: -1) { rowCount } }`);
    for (const answer of [await ask(key, refused), await ask(key, refused)]) {
      expect(extensionsOf(answer)?.code).toBe('BAD_USER_INPUT');
      expect(isReplayed(answer)).toBe(false);
    }
  });

  it('are unknown where they may have done a part', async () => {
    const key = randomUUID();
    const statement = `do $$ begin insert into runs (note) values ('kept'); commit; raise 'later'; end $$`;
    expect(extensionsOf(await ask(key, execute, { statement }))?.code).toBe('BAD_SQL');
    const again = await ask(key, execute, { statement });
    expect(extensionsOf(again)).toMatchObject({ code: 'OUTCOME_UNKNOWN', idempotency: 'unknown' });
    expect(await runs()).toEqual(['kept']);
  });

  it('go on when their caller leaves, who finds the answer when he comes back', async () => {
    const key = randomUUID();
    await using held = await holdTable(gateway.admin, 'runs');
    const statement = `insert into runs (note) values ('slow') returning note`;
    const leaving = request(gateway.graphqlUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${serviceToken}`,
        'idempotency-key': key,
      },
    });
    leaving.on('error', () => undefined);
    leaving.end(JSON.stringify({ query: execute, variables: { statement } }));
    await expect.poll(held.waiting).toBe(1);
    leaving.destroy();
    const again = ask(key, execute, { statement });
    await held.release();
    expect((await again).data).toEqual({ executeSql: { rowCount: 1, rows: [{ note: 'slow' }] } });
    expect(await runs()).toEqual(['slow']);
  });

  it('count as running for as long as they do, even when their key is over', async () => {
    const key = randomUUID();
    await using held = await holdTable(gateway.admin, 'runs');
    const slow = insert(key);
    await expect.poll(held.waiting).toBe(1);
    await gateway.admin`
      update bunbun.idempotency_keys set expires_at = now(), leased_until = now() + interval '10 s'`;
    const leases = () => gateway.admin`
      select leased_until > now() + interval '12 s' as renewed from bunbun.idempotency_keys`;
    await expect.poll(leases).toEqual([{ renewed: true }]);
    const again = insert(key);
    await held.release();
    expect((await slow).errors).toEqual([]);
    expect(isReplayed(await again)).toBe(true);
    expect(await runs()).toEqual(['a']);
  });

  it('are answered as a stream of events as well', async () => {
    const key = randomUUID();
    const send = async () => {
      const response = await askForEvents(gateway.graphqlUrl, serviceToken, {
        query: execute,
        variables: { statement: "insert into runs (note) values ('streamed') returning id" },
        extensions: { idempotencyKey: key },
      });
      return /^data: (.+)$/m.exec(await response.text())?.[1];
    };
    const first = await send();
    expect(first).toContain('"rows":[{"id":1}]');
    expect(await send()).toBe(`${first?.slice(0, -1)},"extensions":{"idempotencyReplayed":true}}`);
    expect(await runs()).toEqual(['streamed']);
  });

  it('are done once together with db, byte for byte', async () => {
    await gateway.admin.unsafe(`
      create table wide (id int generated always as identity primary key, value jsonb);
      grant all on wide to service_role`);
    await expect
      .poll(async () => (await gateway.graphqlText('{ db { wide { id } } }', { token: serviceToken })).errors)
      .toEqual([]);
    const query = `mutation {
      db { insertWideOne(object: { value: { n: 1 } }) { id value } }
      executeSql(statement: "update wide set value = '{\\"n\\": 12345678901234567890.1234567890}'") { rowCount }
      again: db { updateWideByPk(id: 1, append: { value: { m: 1 } }) { value } } }`;
    const send = async (key: string) => {
      const response = await fetch(gateway.graphqlUrl, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${serviceToken}`,
          'idempotency-key': key,
        },
        body: JSON.stringify({ query }),
      });
      return await response.text();
    };
    const key = randomUUID();
    const first = await send(key);
    expect(first).toContain('12345678901234567890.1234567890');
    expect(await send(key)).toBe(`${first.slice(0, -1)},"extensions":{"idempotencyReplayed":true}}`);
    expect(await gateway.admin`select from wide`).toHaveLength(1);
  });

  it('tell the errors of the fields that failed again', async () => {
    const key = randomUUID();
    const both =
      gql(`mutation { one: executeSql(statement: "insert into runs (note) values ('one')") { rowCount }
      two: executeSql(statement: "delete from runs", maxRows: -1) { rowCount } }`);
    const first = await ask(key, both);
    const second = await ask(key, both);
    expect(first.errors).toHaveLength(1);
    expect({ data: second.data, errors: second.errors }).toEqual({ data: first.data, errors: first.errors });
    expect(isReplayed(second)).toBe(true);
    expect(await runs()).toEqual(['one']);
  });

  it('have no key where their answer is a secret', async () => {
    const operations = [
      gql(
        `mutation { signIn(input: { email: "a@example.com", password: "long enough" }) { session { accessToken } } }`,
      ),
      gql(`mutation { refreshSession(refreshToken: "x") { session { accessToken } } }`),
      gql(`mutation { generateAuthLink(input: { type: MAGICLINK, email: "a@example.com" }) { actionLink } }`),
      gql(`mutation { createSignedUrls(bucket: "b", paths: ["p"]) { path } }`),
      gql(`mutation { invokeFunction(name: "f") { status } }`),
    ];
    for (const operation of operations) {
      expect(extensionsOf(await ask(randomUUID(), operation))).toMatchObject({
        code: 'BAD_USER_INPUT',
        reason: 'idempotency_key_secret_answer',
      });
    }
  });
});

describe('files', () => {
  let gateway: StorageGateway;
  beforeAll(async () => {
    gateway = await startStorageGateway();
  });
  afterAll(() => gateway.close());

  it('are uploaded once', async () => {
    await using keyed = await startTestGateway({
      STORAGE_URL: gateway.storage.url,
      JWT_SECRET: gateway.storage.keys.jwtSecret,
      SUPABASE_ANON_KEY: gateway.anonKey,
      DATABASE_URL: gateway.storage.postgres.databaseUrl,
    });
    await gateway.makeBucket('docs');
    const key = randomUUID();
    const upload = async (content: string) => {
      const form = new FormData();
      const query = gql(`mutation ($file: File!) {
        uploadFile(input: { bucket: "docs", path: "a.txt", file: $file }) { path size } }`);
      form.append('operations', JSON.stringify({ query, variables: { file: null } }));
      form.append('map', JSON.stringify({ 0: ['variables.file'] }));
      form.append('0', new File([content], 'a.txt', { type: 'text/plain' }));
      const response = await fetch(keyed.graphqlUrl, {
        method: 'POST',
        body: form,
        headers: {
          authorization: `Bearer ${gateway.serviceKey}`,
          'x-graphql-yoga-csrf': '1',
          'idempotency-key': key,
        },
      });
      return { replayed: response.headers.get('idempotency-replayed'), ...(await response.json()) };
    };
    const data = { uploadFile: { path: 'a.txt', size: '5' } };
    expect(await upload('first')).toEqual({ replayed: null, data });
    // Of a file nothing is compared.
    expect(await upload('another')).toEqual({
      replayed: 'true',
      data,
      extensions: { idempotencyReplayed: true },
    });
  });
});

describe('where no keys can be kept', () => {
  const signOut = gql(`mutation { signOut { userId } }`);
  const send = (gateway: TestGateway) =>
    gateway.graphql(signOut, {
      token: hmacToken(userClaims()),
      headers: { 'idempotency-key': randomUUID() },
    });

  it('for want of a database, a key is never ignored', async () => {
    await using gateway = await startTestGateway({ JWT_SECRET: testSecret });
    expect(extensionsOf(await send(gateway))?.code).toBe('NOT_CONFIGURED');
  });

  it('for want of rights, the log says so, and the gateway starts', async () => {
    await using server = await startTestPostgres();
    const lines: string[] = [];
    const log = createLogger({ level: 'warn', to: { write: (line) => void lines.push(line) } });
    await using gateway = await startTestGateway(databaseEnv(server.rowsUrl), { log });
    expect(lines.join()).toContain('no idempotency keys can be kept');
    expect(extensionsOf(await send(gateway))?.code).toBe('NOT_CONFIGURED');
  });

  it('they are where the schema was made beforehand, by whoever may', async () => {
    await using server = await startTestPostgres();
    const admin = postgres(server.urlFor('supabase_admin'), { max: 1, onnotice: () => undefined });
    await admin`alter database postgres owner to supabase_admin`;
    await admin`revoke create on database postgres from postgres, supabase_auth_admin, supabase_storage_admin`;
    await admin`create schema bunbun authorization postgres`;
    await admin.end();
    await using gateway = await startTestGateway(databaseEnv(server.databaseUrl));
    // Auth is no part of this deployment: the key was taken.
    expect(extensionsOf(await send(gateway))?.service).toBe('AUTH');
  });

  it('for a database that is down, they are when it is up', async () => {
    await using server = await startTestPostgres();
    const admin = postgres(server.urlFor('supabase_admin'), { max: 1, onnotice: () => undefined });
    await admin`alter role postgres with connection limit 0`;
    await using gateway = await startTestGateway(databaseEnv(server.databaseUrl));
    expect(extensionsOf(await send(gateway))?.code).toBe('UPSTREAM_UNAVAILABLE');
    await admin`alter role postgres with connection limit -1`;
    // Auth is no part of this deployment: the key was taken.
    await expect
      .poll(async () => extensionsOf(await send(gateway))?.service, { timeout: 15_000 })
      .toBe('AUTH');
    await admin.end();
  });
});
