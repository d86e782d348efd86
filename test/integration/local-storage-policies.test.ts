import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, exchange } from '../support/recorded-exchange.ts';
import { startTestStorageServer, type TestStorageServer } from '../support/storage-server.ts';
import { hmacToken, nowSeconds } from '../support/tokens.ts';

type Right = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';

interface Operation {
  name: string;
  needs: Right[];
  run(): Promise<Answer>;
  /** Where a refusal is a 200 that shows nothing. */
  shows?: (answer: Answer) => boolean;
}

const json = { 'content-type': 'application/json' };
const encode = (text: string): string => Buffer.from(text).toString('base64');

// The least policies that each operation needs, as measured on Supabase Storage.
describe('row level security of storage.objects', () => {
  let server: TestStorageServer;
  let sql: Sql;
  let user: Record<string, string>;
  let service: Record<string, string>;

  beforeAll(async () => {
    server = await startTestStorageServer();
    sql = postgres(server.postgres.databaseUrl, { onnotice: () => undefined });
    const claims = { role: 'authenticated', sub: crypto.randomUUID(), exp: nowSeconds() + 600 };
    user = { authorization: `Bearer ${hmacToken(claims, { secret: server.keys.jwtSecret })}` };
    service = { authorization: `Bearer ${server.keys.serviceRoleKey}` };
    await send('POST', '/bucket', service, JSON.stringify({ name: 'docs' }), json);
  });
  afterAll(async () => {
    await sql?.end();
    await server?.close();
  });

  const send = (
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: string,
    more: Record<string, string> = {},
  ): Promise<Answer> =>
    exchange(server.url, {
      method,
      path,
      headers: { ...headers, ...more },
      body: body === undefined ? undefined : Buffer.from(body),
    });
  const asUser = (method: string, path: string, body?: object, more: Record<string, string> = {}) =>
    send(method, path, user, body === undefined ? undefined : JSON.stringify(body), {
      ...(body === undefined ? {} : json),
      ...more,
    });
  const isListed = (answer: Answer): boolean => answer.bytes.toString().includes('there.txt');
  const move = { bucketId: 'docs', sourceKey: 'there.txt', destinationKey: 'elsewhere.txt' };
  const tus = { 'tus-resumable': '1.0.0', 'content-type': 'application/offset+octet-stream' };
  const upsert = { 'x-upsert': 'true' };

  const operations: Operation[] = [
    { name: 'upload', needs: ['INSERT'], run: () => send('POST', '/object/docs/new.txt', user, 'x') },
    {
      name: 'upsert of a new key',
      needs: ['SELECT', 'INSERT'],
      run: () => send('POST', '/object/docs/new.txt', user, 'x', upsert),
    },
    {
      name: 'upsert of a key that exists',
      needs: ['SELECT', 'INSERT', 'UPDATE'],
      run: () => send('PUT', '/object/docs/there.txt', user, 'x'),
    },
    { name: 'download', needs: ['SELECT'], run: () => asUser('GET', '/object/authenticated/docs/there.txt') },
    { name: 'info', needs: ['SELECT'], run: () => asUser('GET', '/object/info/docs/there.txt') },
    {
      name: 'list',
      needs: ['SELECT'],
      run: () => asUser('POST', '/object/list/docs', { prefix: '' }),
      shows: isListed,
    },
    {
      name: 'list by cursor',
      needs: ['SELECT'],
      run: () => asUser('POST', '/object/list-v2/docs', {}),
      shows: isListed,
    },
    {
      name: 'sign',
      needs: ['SELECT'],
      run: () => asUser('POST', '/object/sign/docs/there.txt', { expiresIn: 9 }),
    },
    {
      name: 'sign an upload',
      needs: ['INSERT'],
      run: () => asUser('POST', '/object/upload/sign/docs/new.txt'),
    },
    {
      name: 'sign an upsert',
      needs: ['SELECT', 'INSERT'],
      run: () => asUser('POST', '/object/upload/sign/docs/new.txt', undefined, upsert),
    },
    { name: 'copy', needs: ['SELECT', 'INSERT'], run: () => asUser('POST', '/object/copy', move) },
    { name: 'move', needs: ['SELECT', 'UPDATE'], run: () => asUser('POST', '/object/move', move) },
    { name: 'delete', needs: ['SELECT', 'DELETE'], run: () => asUser('DELETE', '/object/docs/there.txt') },
    {
      name: 'delete many',
      needs: ['SELECT', 'DELETE'],
      run: () => asUser('DELETE', '/object/docs', { prefixes: ['there.txt'] }),
      shows: isListed,
    },
    {
      name: 'resumable upload',
      needs: ['INSERT'],
      run: () =>
        send('POST', '/upload/resumable', user, 'x', {
          ...tus,
          'upload-length': '1',
          'upload-metadata': `bucketName ${encode('docs')},objectName ${encode('new.txt')}`,
        }),
    },
  ];

  /** Starts from one file in the bucket, and policies for exactly these rights. */
  async function prepare(rights: readonly Right[]): Promise<void> {
    await send('POST', '/bucket/docs/empty', service);
    await send('PUT', '/object/docs/there.txt', service, 'there');
    const policies = await sql<{ policyname: string }[]>`
      select policyname from pg_policies where schemaname = 'storage' and tablename = 'objects'`;
    for (const { policyname } of policies) await sql`drop policy ${sql(policyname)} on storage.objects`;
    for (const right of rights) {
      const condition = right === 'INSERT' ? 'with check (true)' : 'using (true)';
      await sql.unsafe(
        `create policy may_${right} on storage.objects for ${right} to authenticated ${condition}`,
      );
    }
  }

  for (const { name, needs, run, shows } of operations) {
    const works = (answer: Answer): boolean => answer.status < 300 && (shows === undefined || shows(answer));

    test(`${name} needs ${needs.join(' and ')}, and no more`, async () => {
      await prepare(needs);
      expect(works(await run())).toBe(true);
      for (const missing of needs) {
        await prepare(needs.filter((right) => right !== missing));
        expect([missing, works(await run())]).toEqual([missing, false]);
      }
    });
  }
});
