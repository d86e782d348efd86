import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { grantsSql } from '../../src/modules/sql/grants-sql.ts';
import { serviceToken } from '../support/database-gateway.ts';
import { type GraphQLAnswer, startTestGateway, type TestGateway } from '../support/gateway.ts';
import { holdTable } from '../support/held-table.ts';
import { proxyPostgres } from '../support/postgres-proxy.ts';
import { type RowsGateway, rowsEnv, startRowsGateway } from '../support/rows-gateway.ts';
import { hmacToken, keyClaims, userClaims } from '../support/tokens.ts';
import { acceptedClient } from '../support/websocket-gateway.ts';

const roles = { EXTRA_AUTHENTICATED_ROLES: 'manager' };

let gateway: RowsGateway;
/** Another one in front of the same database. */
let second: TestGateway;
beforeAll(async () => {
  gateway = await startRowsGateway(
    `
    create table notes (id int generated always as identity primary key, body text not null unique);
    create table locked (id int primary key);
    grant all on notes, locked to authenticated, service_role;
    grant select, insert on notes to anon;
    create function run_text(command text) returns text language plpgsql volatile as $$
      declare said text;
      begin execute command into said; return said; end $$;
    create function long_text(size int) returns text language sql volatile as $$
      insert into notes (body) values ('long'); select repeat('x', size) $$;
    create table noticed (who name default current_user);
    grant insert on noticed to authenticated;
    create function notice() returns trigger language plpgsql as $$
      begin insert into noticed default values; return null; end $$;
    create table watched (id int primary key);
    grant all on watched to authenticated;
    create constraint trigger at_commit after insert on watched
      deferrable initially deferred for each row execute function notice();
    create role manager nologin;
    grant manager to postgres, authenticator;
    grant all on notes to manager;
  `,
    roles,
  );
  await gateway.admin.unsafe('grant manager to bunbun_rows');
  second = await startTestGateway({ ...rowsEnv(gateway.server), ...roles });
});
afterAll(async () => {
  await second.close();
  await gateway.close();
});
beforeEach(() => gateway.admin.unsafe('truncate notes, bunbun.idempotency_keys restart identity'));

const user = hmacToken(userClaims());
const insert =
  'mutation Insert($body: String!) { db { insertNotesOne(object: { body: $body }) { id body } } }';

interface Asking {
  readonly token?: string;
  readonly body?: string;
  readonly text?: string;
  readonly by?: Pick<TestGateway, 'graphqlText'>;
}

const ask = (key: string, { token = user, body = 'a', text = insert, by = gateway }: Asking = {}) =>
  by.graphqlText(text, {
    token,
    headers: { 'idempotency-key': key },
    ...(text.includes('$body') ? { variables: { body } } : {}),
  });

const notes = async () => (await gateway.admin`select body from notes order by id`).map(({ body }) => body);
const isReplayed = ({ headers }: GraphQLAnswer) => headers.get('idempotency-replayed') === 'true';
const refusal = ({ errors }: GraphQLAnswer) => {
  const [{ extensions } = { extensions: {} }] = errors;
  return { code: extensions.code, reason: extensions.reason };
};

it('does what comes twenty times at once a single time', async () => {
  const key = randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => ask(key, { by: index % 2 === 0 ? gateway : second })),
  );
  expect(await notes()).toEqual(['a']);
  expect(answers.filter(isReplayed)).toHaveLength(19);
  for (const { data, errors } of answers) {
    expect({ data, errors }).toEqual({ data: { db: { insertNotesOne: { id: 1, body: 'a' } } }, errors: [] });
  }
});

it('gives the answer again whose commit was never heard of', async () => {
  let commits = false;
  await using proxy = await proxyPostgres(gateway.server.port, () => 'pass', {
    sent(bytes) {
      if (commits && bytes.includes('commit')) proxy.loseAnswers();
      return bytes;
    },
  });
  const through = (url: string) => url.replace(`:${gateway.server.port}/`, `:${proxy.port}/`);
  await using cut = await startTestGateway({
    ...rowsEnv(gateway.server),
    DATABASE_URL_ROWS: through(gateway.server.rowsUrl),
  });
  const key = randomUUID();
  commits = true;
  const first = ask(key, { by: cut });
  await expect.poll(() => proxy.lost).toBeGreaterThan(0);
  proxy.cut();
  expect(refusal(await first).code).toBe('OUTCOME_UNKNOWN');
  const again = await ask(key);
  expect(again.data).toEqual({ db: { insertNotesOne: { id: 1, body: 'a' } } });
  expect(isReplayed(again)).toBe(true);
  expect(await notes()).toEqual(['a']);
});

it('lets triggers that wait for the end of the transaction run as the caller', async () => {
  const text = 'mutation { db { insertWatchedOne(object: { id: 1 }) { id } } }';
  const { data, errors } = await ask(randomUUID(), { text });
  expect({ data, errors }).toEqual({ data: { db: { insertWatchedOne: { id: 1 } } }, errors: [] });
  expect(await gateway.admin`select who from noticed`).toEqual([{ who: 'authenticated' }]);
});

it('says that a key belongs to another request', async () => {
  const key = randomUUID();
  await ask(key);
  const reused = { code: 'BAD_USER_INPUT', reason: 'idempotency_key_reused' };
  expect(refusal(await ask(key, { body: 'b' }))).toEqual(reused);
  expect(refusal(await ask(key.toUpperCase(), { text: insert.replace('Insert', 'Other') }))).toEqual(reused);
  expect(isReplayed(await ask(`"${key}"`))).toBe(true);
  expect(await notes()).toEqual(['a']);
});

it('keeps callers apart, and the roles of one, but not his sessions', async () => {
  const key = randomUUID();
  await ask(key, { body: 'first' });
  const token = (claims: Record<string, unknown>) => hmacToken(userClaims(claims));
  const others = [token({ sub: randomUUID() }), token({ role: 'manager' }), serviceToken];
  for (const [index, other] of others.entries()) {
    const answer = await ask(key, { token: other, body: `other ${index}` });
    expect(answer.errors).toEqual([]);
    expect(isReplayed(answer)).toBe(false);
  }
  const later = token({ session_id: randomUUID(), aal: 'aal2' });
  expect(isReplayed(await ask(key, { token: later, body: 'first' }))).toBe(true);
  expect(await notes()).toEqual(['first', 'other 0', 'other 1', 'other 2']);
});

it('takes no key of somebody who has not signed in, and none that is no UUID', async () => {
  const anon = hmacToken(keyClaims('anon'));
  expect(refusal(await ask(randomUUID(), { token: anon }))).toEqual({
    code: 'BAD_USER_INPUT',
    reason: 'idempotency_key_needs_user',
  });
  for (const key of ['', 'a', '1'.repeat(36), `${randomUUID()}, ${randomUUID()}`, 'x'.repeat(10_000)]) {
    const { errors } = await ask(key);
    expect(errors[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ path: ['idempotencyKey'] }],
    });
  }
  for (const length of [100_000, 1_000_000]) {
    const response = await fetch(gateway.graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${user}` },
      body: JSON.stringify({
        query: insert,
        variables: { body: 'a' },
        extensions: { idempotencyKey: '"'.repeat(length / 2) },
      }),
    });
    expect(await response.text()).toContain('BAD_USER_INPUT');
  }
  expect(await notes()).toEqual([]);
});

it('has nothing to do with queries', async () => {
  const { data, headers } = await ask('no key', { text: '{ db { notes { id } } }' });
  expect(data).toEqual({ db: { notes: [] } });
  expect(headers.has('idempotency-replayed')).toBe(false);
});

it('forgets what was refused', async () => {
  const key = randomUUID();
  await gateway.admin`insert into notes (body) values ('a')`;
  expect(refusal(await ask(key)).code).toBe('CONFLICT');
  expect(await gateway.admin`select from bunbun.idempotency_keys`).toHaveLength(0);
  await gateway.admin`truncate notes`;
  const answer = await ask(key);
  expect(answer.errors).toEqual([]);
  expect(isReplayed(answer)).toBe(false);
});

it('takes the key in the extensions of a request, too', async () => {
  const key = randomUUID();
  const send = async () => {
    const response = await fetch(gateway.graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${user}` },
      body: JSON.stringify({ query: insert, variables: { body: 'a' }, extensions: { idempotencyKey: key } }),
    });
    return await response.json();
  };
  const data = { db: { insertNotesOne: { id: 1, body: 'a' } } };
  expect(await send()).toEqual({ data });
  expect(await send()).toEqual({ data, extensions: { idempotencyReplayed: true } });
});

it('works on a WebSocket', async () => {
  const { socket, send, message } = await acceptedClient(gateway.graphqlWsUrl, {
    authorization: `Bearer ${user}`,
  });
  const key = randomUUID();
  const run = async (id: string, given: string) => {
    const payload = { query: insert, variables: { body: 'a' }, extensions: { idempotencyKey: given } };
    send({ id, type: 'subscribe', payload });
    const next = await message((one) => one['id'] === id && one.type === 'next');
    return next['payload'];
  };
  const data = { db: { insertNotesOne: { id: 1, body: 'a' } } };
  expect(await run('1', key)).toEqual({ data });
  expect(await run('2', key)).toEqual({ data, extensions: { idempotencyReplayed: true } });
  expect(await run('3', 'none')).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  socket.close();
});

it('lets pages of other origins send the key and see whether an answer is a repeated one', async () => {
  const headers = {
    origin: 'http://localhost:5173',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'idempotency-key',
  };
  const preflight = await fetch(gateway.graphqlUrl, { method: 'OPTIONS', headers });
  expect(preflight.headers.get('access-control-allow-headers')).toBe('idempotency-key');
  expect(preflight.headers.get('access-control-expose-headers')).toContain('idempotency-replayed');
});

describe('what is kept', () => {
  const fill = (count: number, answer: string) =>
    gateway.admin`
      insert into bunbun.idempotency_keys (id, owner, request, done, answer, expires_at)
      select 'filled ' || n, owner, '', true, ${answer}, now() + interval '1 h'
      from generate_series(1, ${count}) n, (select owner from bunbun.idempotency_keys limit 1) o`;
  const full = { code: 'RATE_LIMITED', reason: 'idempotency_keys_full' };

  it('is a number of keys for each caller', async () => {
    const key = randomUUID();
    await ask(key);
    await fill(9_999, '');
    expect(refusal(await ask(randomUUID(), { body: 'b' }))).toEqual(full);
    expect(isReplayed(await ask(key))).toBe(true);
    const other = hmacToken(userClaims({ sub: randomUUID() }));
    expect((await ask(randomUUID(), { token: other, body: 'b' })).errors).toEqual([]);
    await gateway.admin`update bunbun.idempotency_keys set expires_at = now() where id = 'filled 1'`;
    expect((await ask(randomUUID(), { body: 'c' })).errors).toEqual([]);
  });

  it('is 20 MB for each caller', async () => {
    await ask(randomUUID());
    await fill(80, 'x'.repeat(256 * 1024));
    expect(refusal(await ask(randomUUID(), { body: 'b' }))).toEqual(full);
    expect(await notes()).toEqual(['a']);
  });

  it('is nothing by which somebody could guess what was asked, such as a password in it', async () => {
    await ask(randomUUID());
    await gateway.admin`truncate notes`;
    await ask(randomUUID());
    const kept = await gateway.admin`select distinct request from bunbun.idempotency_keys`;
    expect(kept).toHaveLength(2);
  });

  it('is that something was done, where the answer is over 256 KB', async () => {
    const key = randomUUID();
    const text = 'mutation { db { longText(size: 300000) } }';
    expect((await ask(key, { text })).data.db.longText).toHaveLength(300_000);
    const [error] = (await ask(key, { text })).errors;
    expect(error?.extensions).toMatchObject({
      code: 'CONFLICT',
      reason: 'idempotency_answer_not_kept',
      idempotency: 'done',
    });
    expect(await notes()).toEqual(['long']);
  });

  it('is kept for IDEMPOTENCY_TTL, and deleted then', async () => {
    const key = randomUUID();
    await ask(key);
    const [row] = await gateway.admin`
      select extract(epoch from expires_at - now())::int as seconds from bunbun.idempotency_keys`;
    expect(row?.['seconds']).toBeGreaterThan(86_000);
    await fill(2_500, '');
    await gateway.admin`update bunbun.idempotency_keys set expires_at = now()`;
    await gateway.admin`truncate notes`;
    expect(isReplayed(await ask(key))).toBe(false);
    await using _ = await startTestGateway(rowsEnv(gateway.server));
    await expect.poll(async () => (await gateway.admin`select from bunbun.idempotency_keys`).length).toBe(1);
  });
});

describe('a function that runs text of its caller', () => {
  const run = (command: string, key = randomUUID()) =>
    ask(key, { text: `mutation { db { runText(command: ${JSON.stringify(command)}) } }` });

  it('sees nothing of what is kept, and can end no key that it was not given', async () => {
    const key = randomUUID();
    await ask(key);
    for (const table of ['idempotency_keys', 'idempotency_secret']) {
      for (const before of ['', 'reset role; ', 'set role none; ']) {
        const { data, errors } = await run(`${before}select t::text from bunbun.${table} t`);
        expect(data).toEqual({ db: null });
        expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
      }
    }
    await run("reset role; select bunbun.end_idempotency_key('guessed', '{}')::text");
    await run(`reset role; select bunbun.end_idempotency_key(${sqlText(key)}, '{}')::text`);
    expect((await ask(key)).data).toEqual({ db: { insertNotesOne: { id: 1, body: 'a' } } });
  });

  it('can claim no key of its own making', async () => {
    await run("reset role; select bunbun.claim_idempotency_key('a', 'b', 'c', 'd', 60000, null)::text");
    expect(await gateway.admin`select from bunbun.idempotency_keys`).toHaveLength(0);
  });

  it('may call nothing of it as the role of its caller', async () => {
    const { errors } = await run("select bunbun.end_idempotency_key('guessed', '{}')::text");
    expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
  });

  it('leaves the key with its own caller, whatever it changes for the rest of the transaction', async () => {
    const key = randomUUID();
    const command = "select set_config('search_path', 'pg_temp', true) || set_config('role', 'anon', false)";
    expect((await run(command, key)).errors).toEqual([]);
    expect(isReplayed(await run(command, key))).toBe(true);
  });
});

it('is refused by whoever has the secret of tables that are gone, until he has that of the new ones', async () => {
  await ask(randomUUID(), { body: 'before' });
  await ask(randomUUID(), { body: 'before, too', by: second });
  await gateway.admin`drop schema bunbun cascade`;
  const key = randomUUID();
  await expect.poll(async () => refusal(await ask(key)).code).toBeUndefined();
  expect(refusal(await ask(key, { by: second })).code).toBe('NOT_CONFIGURED');
  expect(isReplayed(await ask(key, { by: second }))).toBe(true);
  expect(await notes()).toEqual(['before', 'before, too', 'a']);
});

it('shows the tables to no other login', async () => {
  await gateway.admin.unsafe(grantsSql());
  for (const url of [gateway.server.rowsUrl, gateway.server.rowsServiceUrl, gateway.server.readUrl]) {
    const login = postgres(url, { max: 1, onnotice: () => undefined });
    for (const table of ['idempotency_keys', 'idempotency_secret']) {
      await expect(login.unsafe(`select * from bunbun.${table}`)).rejects.toMatchObject({ code: '42501' });
    }
    await login.end();
  }
  const service = await gateway.admin`
    select has_table_privilege('service_role', 'bunbun.idempotency_keys', 'select') as may`;
  expect(service).toEqual([{ may: false }]);
});

it('waits for whoever is at it no longer than its time limit, and not for a caller who has left', async () => {
  await using quick = await startTestGateway({ ...rowsEnv(gateway.server), ROWS_TIMEOUT: '500ms' });
  const key = randomUUID();
  const text = 'mutation { db { insertLockedOne(object: { id: 1 }) { id } } }';
  await using held = await holdTable(gateway.admin, 'locked');
  const first = ask(key, { text });
  await expect.poll(held.waiting).toBe(1);
  expect(refusal(await ask(key, { text, by: quick })).code).toBe('TIMEOUT');
  const leaving = new AbortController();
  const left = fetch(gateway.graphqlUrl, {
    method: 'POST',
    signal: leaving.signal,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${user}`, 'idempotency-key': key },
    body: JSON.stringify({ query: text }),
  }).catch(() => 'left');
  await expect.poll(held.waiting).toBe(2);
  leaving.abort();
  expect(await left).toBe('left');
  await expect.poll(held.waiting).toBe(1);
  await held.release();
  expect((await first).errors).toEqual([]);
  expect(isReplayed(await ask(key, { text }))).toBe(true);
});

function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
