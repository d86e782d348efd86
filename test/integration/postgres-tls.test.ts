import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findPostgresUser } from '../../packages/local/src/lib/os-user.ts';
import { createTestAuthority, type TestAuthority } from '../support/certificates.ts';
import { connectDatabase, failureOf } from '../support/database-client.ts';
import { databaseEnv, serviceToken } from '../support/database-gateway.ts';
import { startTestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { makeTestFolder, startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { testCall } from '../support/test-call.ts';

let ours: TestAuthority;
let strange: TestAuthority;
/** Files of the authorities' certificates. */
const files = { ours: '', strange: '' };
/** Its certificate says `localhost`, and no address. */
let byName: TestPostgres;
/** Its certificate says `127.0.0.1`, and no name. */
let byAddress: TestPostgres;

beforeAll(async () => {
  [ours, strange] = await Promise.all([createTestAuthority('Ours'), createTestAuthority('Strange')]);
  const folder = await makeTestFolder('authorities');
  files.ours = join(folder, 'ours.pem');
  files.strange = join(folder, 'strange.pem');
  await writeFile(files.ours, ours.certificate);
  await writeFile(files.strange, strange.certificate);
  byName = await startWithTls({ dns: ['localhost'] });
  byAddress = await startWithTls({ ip: ['127.0.0.1'] });
});
afterAll(async () => {
  await byName?.stop();
  await byAddress?.stop();
});

async function startWithTls(names: Parameters<TestAuthority['issue']>[0]): Promise<TestPostgres> {
  const { cert, key } = await ours.issue(names);
  const folder = await makeTestFolder('certificates');
  const [certFile, keyFile] = [join(folder, 'server.crt'), join(folder, 'server.key')];
  await writeFile(certFile, cert);
  await writeFile(keyFile, key, { mode: 0o600 });
  // Postgres takes a key that belongs to the user it runs as, and that nobody else may read.
  const user = await findPostgresUser();
  if (user !== undefined) await chown(keyFile, user.uid, user.gid);
  return await startTestPostgres({ settings: { ssl: 'on', ssl_cert_file: certFile, ssl_key_file: keyFile } });
}

/** What a gateway with this configuration is told of its connection to Postgres. */
async function connect(server: TestPostgres, host: string, query: string, env: Record<string, string> = {}) {
  const url = `${server.databaseUrl.replace('@127.0.0.1:', `@${host}:`)}${query}`;
  await using gateway = await startTestGateway({ ...databaseEnv(url), ...env });
  const statement = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()';
  const { data, errors } = await gateway.graphql(
    gql(`mutation ($s: String!) { executeSql(statement: $s) { rows } }`),
    {
      token: serviceToken,
      variables: { s: statement },
    },
  );
  return errors[0] ?? data.executeSql.rows[0];
}

const encrypted = { ssl: true };
const verifyFull = '?sslmode=verify-full';

test('encrypts with require, whoever signed the certificate', async () => {
  expect(await connect(byName, '127.0.0.1', '?sslmode=require')).toEqual(encrypted);
  expect(await connect(byName, '127.0.0.1', '', { DATABASE_SSLMODE: 'require' })).toEqual(encrypted);
});

test('encrypts where the server offers it, and not where it is told not to', async () => {
  expect(await connect(byName, '127.0.0.1', '')).toEqual(encrypted);
  expect(await connect(byName, '127.0.0.1', '?sslmode=disable')).toEqual({ ssl: false });
});

test('goes on with an encrypted connection whose statement it cancelled', async () => {
  await using database = connectDatabase({ url: `${byName.databaseUrl}?sslmode=require` });
  const { client } = database;
  const backend = async () =>
    (await client.execute({ statement: 'select pg_backend_pid() as pid' }, testCall())).rows[0];
  const before = await backend();
  const statement = 'select pg_sleep(60)';
  expect((await failureOf(client.execute({ statement, timeout: 100 }, testCall()))).code).toBe('TIMEOUT');
  expect(await backend()).toEqual(before);
});

test('verifies the authority and the name', async () => {
  expect(await connect(byName, 'localhost', verifyFull, { DATABASE_CA: ours.certificate })).toEqual(
    encrypted,
  );
  expect(await connect(byName, 'localhost', verifyFull, { DATABASE_CA_FILE: files.ours })).toEqual(encrypted);
  expect(
    await connect(byName, 'localhost', `${verifyFull}&sslrootcert=${encodeURIComponent(files.ours)}`),
  ).toEqual(encrypted);
  expect(await connect(byAddress, '127.0.0.1', verifyFull, { DATABASE_CA: ours.certificate })).toEqual(
    encrypted,
  );
});

test('verify-ca does not look at the name, and require verifies the authority it was given', async () => {
  const ca = { DATABASE_CA: ours.certificate };
  expect(await connect(byName, '127.0.0.1', '?sslmode=verify-ca', ca)).toEqual(encrypted);
  expect(await connect(byName, '127.0.0.1', '?sslmode=require', ca)).toEqual(encrypted);
});

test.each<[string, () => Parameters<typeof connect>]>([
  ['an authority nobody named', () => [byName, 'localhost', verifyFull]],
  ['another authority', () => [byName, 'localhost', verifyFull, { DATABASE_CA: strange.certificate }]],
  [
    'another authority in the URL',
    () => [byName, 'localhost', `${verifyFull}&sslrootcert=${encodeURIComponent(files.strange)}`],
  ],
  [
    'another authority with verify-ca',
    () => [byName, 'localhost', '?sslmode=verify-ca', { DATABASE_CA: strange.certificate }],
  ],
  [
    'another authority with require',
    () => [byName, 'localhost', '?sslmode=require', { DATABASE_CA: strange.certificate }],
  ],
  [
    'a certificate that has only the name',
    () => [byName, '127.0.0.1', verifyFull, { DATABASE_CA: ours.certificate }],
  ],
  [
    'a certificate that has only the address',
    () => [byAddress, 'localhost', verifyFull, { DATABASE_CA: ours.certificate }],
  ],
])('refuses %s, and tells callers no more than that Postgres cannot be reached', async (_what, given) => {
  const refusal = await connect(...given());
  expect(refusal).toEqual({
    message: 'Postgres cannot be reached.',
    path: ['executeSql'],
    locations: expect.anything(),
    extensions: {
      code: 'UPSTREAM_UNAVAILABLE',
      service: 'POSTGRES',
      requestId: expect.any(String),
    },
  });
});
