import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type DatabaseGateway,
  databaseEnv,
  serviceToken,
  startDatabaseGateway,
} from '../support/database-gateway.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql, type VariablesOf } from '../support/gql.ts';
import { type ListeningServer, listen } from '../support/listening-server.ts';
import { startPostgresMeta, type TestPostgresMeta } from '../support/postgres-meta.ts';
import { hmacToken, testSecret, userClaims } from '../support/tokens.ts';

let database: DatabaseGateway;
let meta: TestPostgresMeta;
let gateway: TestGateway;

beforeAll(async () => {
  database = await startDatabaseGateway();
  await database.admin.unsafe(`
    create table public.todos (id bigint primary key, title text not null, done boolean);
    create schema other;
    create table other.things (id int);`);
  meta = await startPostgresMeta(database.server.urlFor('supabase_admin'));
  gateway = await startTestGateway({ ...databaseEnv(database.server.databaseUrl), META_URL: meta.url });
});

afterAll(async () => {
  await gateway?.close();
  await meta?.stop();
  await database?.close();
});

const databaseTypes = gql(`query ($language: TypeLanguage!, $schemas: [String!]) {
  databaseTypes(language: $language, schemas: $schemas)
}`);

async function types(variables: VariablesOf<typeof databaseTypes>, asked: TestGateway = gateway) {
  const { data, errors } = await asked.graphql(databaseTypes, { variables, token: serviceToken });
  return { text: data?.databaseTypes, error: errors[0], code: errors[0]?.extensions.code };
}

async function format(sql: string, asked: TestGateway = gateway) {
  const { data, errors } = await asked.graphql(gql(`query ($sql: String!) { formatSql(sql: $sql) }`), {
    variables: { sql },
    token: serviceToken,
  });
  return { text: data?.formatSql, error: errors[0], code: errors[0]?.extensions.code };
}

describe('databaseTypes', () => {
  it.each([
    ['TYPESCRIPT', 'title: string'],
    ['GO', 'type PublicTodosSelect struct'],
    ['SWIFT', 'TodosSelect: Codable'],
    ['PYTHON', 'class PublicTodos('],
  ] as const)('writes %s', async (language, part) => {
    const { text, error } = await types({ language });
    expect(error).toBeUndefined();
    expect(text).toContain(part);
  });

  it('takes the named schemas, and public alone by default', async () => {
    const { text: byDefault } = await types({ language: 'TYPESCRIPT' });
    expect(byDefault).not.toContain('things: {');
    const { text: both } = await types({ language: 'TYPESCRIPT', schemas: ['public', 'other'] });
    expect(both).toContain('todos: {');
    expect(both).toContain('things: {');
  });

  it('has nothing for a schema that does not exist', async () => {
    const { text, error } = await types({ language: 'TYPESCRIPT', schemas: ['nope'] });
    expect(error).toBeUndefined();
    expect(text).not.toContain('todos');
  });

  it.each([[[]], [['a,b']], [[' public']], [['']]])('refuses the schemas %j', async (schemas) => {
    expect((await types({ language: 'GO', schemas })).code).toBe('BAD_USER_INPUT');
  });
});

describe('formatSql', () => {
  it('lays out one statement', async () => {
    const { text } = await format('select   a,b from t where x=1');
    expect(text).toBe('select\n  a,\n  b\nfrom\n  t\nwhere\n  x = 1\n');
  });

  it('keeps strings, comments and letters of other alphabets', async () => {
    const { text } = await format("select 'ü  ;' -- nöte\n; select 2");
    expect(text).toContain("'ü  ;'");
    expect(text).toContain('-- nöte');
  });

  it('gives a text that is JSON too as text', async () => {
    const { text, error } = await format('select \'{"error":"x"}\'');
    expect(error).toBeUndefined();
    expect(text).toContain('{"error":"x"}');
  });

  it('refuses what the formatter does not understand as BAD_SQL, without its words', async () => {
    const { code, error } = await format("select ] 'secret");
    expect(code).toBe('BAD_SQL');
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  it.each(['', ' \n'])('refuses the empty text %j', async (sql) => {
    expect((await format(sql)).code).toBe('BAD_USER_INPUT');
  });

  it('refuses a text over 3 MB before it is sent', async () => {
    expect((await format(`select '${'x'.repeat(3 * 1024 * 1024)}'`)).code).toBe('PAYLOAD_TOO_LARGE');
  });
});

describe('postgres-meta', () => {
  it('is for SERVICE_ROLE alone', async () => {
    const token = hmacToken(userClaims());
    for (const query of [gql(`{ databaseTypes(language: GO) }`), gql(`{ formatSql(sql: "select 1") }`)]) {
      expect((await gateway.graphql(query, { token })).errors[0]?.extensions.code).toBe('FORBIDDEN');
      expect((await gateway.graphql(query)).errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    }
  });

  it('is NOT_CONFIGURED where there is none', async () => {
    expect((await types({ language: 'GO' }, database)).code).toBe('NOT_CONFIGURED');
    expect((await format('select 1', database)).code).toBe('NOT_CONFIGURED');
  });

  it('says which service failed, not where it is, when its database is gone', async () => {
    await using lost = await startPostgresMeta('postgresql://nobody:secret@127.0.0.1:1/nothing');
    await using gateway = await startTestGateway({ JWT_SECRET: testSecret, META_URL: lost.url });
    const { code, error } = await types({ language: 'TYPESCRIPT' }, gateway);
    expect(code).toBe('UPSTREAM_UNAVAILABLE');
    expect(error?.extensions.service).toBe('META');
    expect(JSON.stringify(error)).not.toMatch(/127\.0\.0\.1|secret/);
  });
});

describe('what goes to postgres-meta', () => {
  let upstream: ListeningServer;
  let answer: { status: number; body: unknown };

  beforeAll(async () => {
    upstream = await listen((request, response) => {
      request.resume();
      response
        .writeHead(answer.status, { 'content-type': 'application/json' })
        .end(JSON.stringify(answer.body));
    });
  });
  afterAll(async () => await upstream?.close());

  it('is neither the token of the caller nor a header that names another database', async () => {
    answer = { status: 500, body: { error: 'broken' } };
    await using gateway = await startTestGateway({ JWT_SECRET: testSecret, META_URL: upstream.url });
    await gateway.graphql(gql(`{ databaseTypes(language: GO) }`), {
      token: serviceToken,
      headers: { 'x-connection-encrypted': 'other', apikey: '' },
    });
    const headers = upstream.requests.at(-1)?.headers ?? {};
    expect(headers.authorization).toBeUndefined();
    expect(headers['apikey']).toBeUndefined();
    expect(headers['x-connection-encrypted']).toBeUndefined();
  });

  it.each([
    [503, 'sorry, too many clients already', 'UPSTREAM_UNAVAILABLE'],
    [408, 'Query read timeout', 'TIMEOUT'],
    [504, 'connection timeout', 'TIMEOUT'],
    [500, 'Request body is too large', 'PAYLOAD_TOO_LARGE'],
    [500, 'something else', 'UPSTREAM_ERROR'],
    [404, 'Not found', 'UPSTREAM_ERROR'],
  ])('and its %i "%s" comes back as %3$s', async (status, error, code) => {
    answer = { status, body: { error } };
    await using gateway = await startTestGateway({ JWT_SECRET: testSecret, META_URL: upstream.url });
    const found = await types({ language: 'GO' }, gateway);
    expect(found.code).toBe(code);
    expect(JSON.stringify(found.error)).not.toContain(error);
  });
});
