import { chown, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import postgresJs from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPostgresUser } from '../../packages/local/src/lib/os-user.ts';
import type { DriverOptions, PostgresDriver } from '../../src/upstream/postgres/connection.ts';
import { openDriver } from '../../src/upstream/postgres/driver.ts';
import { createPostgresPool, type PostgresPool } from '../../src/upstream/postgres/pool.ts';
import type { PlainSql } from '../../src/upstream/postgres/postgres-sql.ts';
import { openPipelineDriver } from '../../src/upstream/postgres/rows/run/pipeline-driver.ts';
import type { PostgresSession } from '../../src/upstream/postgres/session.ts';
import { createSessionOpener } from '../../src/upstream/postgres/session-opener.ts';
import { terminateBackend } from '../../src/upstream/postgres/terminate-backend.ts';
import { createTestAuthority, type TestAuthority } from '../support/certificates.ts';
import { eventually, failureOf } from '../support/database-client.ts';
import { makeTestFolder, startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { isCancelRequest, proxyPostgres } from '../support/postgres-proxy.ts';
import { silentLog } from '../support/test-call.ts';

type AnyDriver = (options: DriverOptions) => PostgresDriver<PlainSql>;
type Session = PostgresSession<PlainSql>;

const drivers: readonly (readonly [string, AnyDriver])[] = [
  ['postgres.js', openDriver],
  ['pg', openPipelineDriver],
];

let postgres: TestPostgres;
let admin: postgresJs.Sql;
let authority: TestAuthority;
let strange: TestAuthority;

beforeAll(async () => {
  [authority, strange] = await Promise.all([createTestAuthority('Ours'), createTestAuthority('Strange')]);
  // The certificate says `localhost`, and no address.
  const { cert, key } = await authority.issue({ dns: ['localhost'] });
  const folder = await makeTestFolder('certificates');
  const [certFile, keyFile] = [join(folder, 'server.crt'), join(folder, 'server.key')];
  await writeFile(certFile, cert);
  await writeFile(keyFile, key, { mode: 0o600 });
  const user = await findPostgresUser();
  if (user !== undefined) await chown(keyFile, user.uid, user.gid);
  postgres = await startTestPostgres({
    settings: { ssl: 'on', ssl_cert_file: certFile, ssl_key_file: keyFile },
  });
  admin = postgresJs(postgres.urlFor('supabase_admin'), { max: 1, onnotice: () => undefined });
  await admin.unsafe(`
    create function public.stubborn() returns void language plpgsql as $$ begin
      loop begin perform pg_sleep(20); exception when query_canceled then null; end; end loop; end $$;
    create function public.raises(state text) returns int language plpgsql as $$ begin
      raise exception using errcode = state, message = repeat('x', 100 * 1024); end $$`);
});
afterAll(async () => {
  await admin.end();
  await postgres.stop();
});

interface Options {
  readonly url?: string;
  readonly ca?: string;
  readonly max?: number;
  readonly writes?: boolean;
}

describe.each(drivers)('connections of %s', (name, driver) => {
  function connect({ url = postgres.databaseUrl, ca, max = 1, writes = false }: Options = {}) {
    const options = { openDriver: driver, sslMode: undefined, pooled: false, mayPrepare: true };
    const open = createSessionOpener({ ...options, url, ca });
    const helper = createSessionOpener({ ...options, url: postgres.databaseUrl, ca: undefined });
    const pool: PostgresPool<PlainSql> = createPostgresPool({
      name: 'test',
      open,
      terminate: (session) => terminateBackend(session, [helper]),
      max,
      acquireTimeoutMs: 10_000,
      writes,
      log: silentLog,
    });
    const call = <T>(
      use: (session: Session) => Promise<T>,
      given: { signal?: AbortSignal; timeoutMs?: number; writes?: boolean } = {},
    ) => pool.withSession({ signal: new AbortController().signal, timeoutMs: 10_000, ...given }, use);
    return {
      pool,
      call,
      run: (text: string, given: Parameters<typeof call>[1] = {}) =>
        call(async ({ sql }) => [...(await sql.run(text))], given),
      [Symbol.asyncDispose]: () => pool.close(1_000),
    };
  }
  const backend = 'select pg_backend_pid() as pid';
  const sleep = 'select pg_sleep(20)';
  const withHost = (host: string, query = '') =>
    `${postgres.databaseUrl.replace('@127.0.0.1:', `@${host}:`)}${query}`;

  describe('that are opened', () => {
    const isEncrypted = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()';

    it.each([
      ['127.0.0.1', '', true],
      ['127.0.0.1', '?sslmode=disable', false],
      ['127.0.0.1', '?sslmode=require', true],
      ['localhost', '?sslmode=verify-full', true],
      ['127.0.0.1', '?sslmode=verify-ca', true],
    ])('to %s%s are encrypted: %s', async (host, query, ssl) => {
      await using given = connect({ url: withHost(host, query), ca: authority.certificate });
      // Preferred, the authority counts for nothing.
      expect(await given.run(isEncrypted)).toEqual([{ ssl }]);
    });

    it.each([
      ['another authority', 'localhost', '?sslmode=verify-full', () => strange.certificate],
      ['nobody’s authority', 'localhost', '?sslmode=verify-full', () => undefined],
      ['another name', '127.0.0.1', '?sslmode=verify-full', () => authority.certificate],
      ['another authority than was given', '127.0.0.1', '?sslmode=require', () => strange.certificate],
    ])('are refused for a certificate of %s', async (_what, host, query, ca) => {
      const certificate = ca();
      await using given = connect({
        url: withHost(host, query),
        ...(certificate === undefined ? {} : { ca: certificate }),
      });
      expect((await failureOf(given.run('select 1'))).code).toBe('UPSTREAM_UNAVAILABLE');
    });

    it('lead to the first of several hosts that answers and fits', async () => {
      const hosts = postgres.databaseUrl.replace(/@[^/]+/, `@127.0.0.1:1,127.0.0.1:${postgres.port}`);
      await using primary = connect({ url: `${hosts}?target_session_attrs=read-write` });
      expect(await primary.run('select 1 as x')).toEqual([{ x: 1 }]);
      await using standby = connect({ url: `${hosts}?target_session_attrs=standby` });
      expect((await failureOf(standby.run('select 1'))).code).toBe('UPSTREAM_UNAVAILABLE');
      await using either = connect({ url: `${hosts}?target_session_attrs=prefer-standby` });
      expect(await either.run('select 1 as x')).toEqual([{ x: 1 }]);
    });

    it('say why the login is refused', async () => {
      await using given = connect({ url: postgres.databaseUrl.replace(/:[^:@]+@/, ':wrong@') });
      expect(await failureOf(given.run('select 1'))).toMatchObject({
        code: 'UPSTREAM_UNAVAILABLE',
        details: { reason: 'login_refused' },
      });
    });

    it('take nothing from the environment', async () => {
      const before = { ...process.env };
      const { password } = new URL(postgres.databaseUrl);
      const strangers = {
        PGAPPNAME: 'stranger',
        PGOPTIONS: '-c work_mem=77MB',
        PGPASSWORD: password,
        PGUSER: 'nobody',
        PGSSLMODE: 'verify-full',
        PGDATABASE: 'nowhere',
      };
      try {
        Object.assign(process.env, strangers);
        await using given = connect();
        expect(
          await given.run(
            `select current_setting('application_name') as name, current_setting('work_mem') as memory`,
          ),
        ).toEqual([{ name: 'bunbun', memory: '4MB' }]);
        await using empty = connect({ url: postgres.databaseUrl.replace(/:[^:@]+@/, '@') });
        expect((await failureOf(empty.run('select 1'))).code).toBe('UPSTREAM_UNAVAILABLE');
      } finally {
        process.env = before;
      }
    });

    it('are given up where the server accepts and says nothing', async () => {
      const sockets = new Set<Socket>();
      await using silent = await listening((socket) => sockets.add(socket));
      await using given = connect({
        url: `postgres://user@127.0.0.1:${silent.port}/db?sslmode=disable&connect_timeout=1`,
      });
      expect((await failureOf(given.run('select 1'))).code).toBe('UPSTREAM_UNAVAILABLE');
      for (const socket of sockets) socket.destroy();
    });

    it('are given up where the server hangs up during the handshake', async () => {
      let connections = 0;
      await using rude = await listening((socket) => {
        connections += 1;
        socket.on('error', () => undefined);
        socket.end();
      });
      await using given = connect({ url: `postgres://user@127.0.0.1:${rude.port}/db?sslmode=disable` });
      expect((await failureOf(given.run('select 1'))).code).toBe('UPSTREAM_UNAVAILABLE');
      expect(connections).toBe(1);
    });
  });

  describe('whose statement is interrupted', () => {
    it('are used again when it was cancelled', async () => {
      await using given = connect();
      const before = await given.run(backend);
      expect((await failureOf(given.run(sleep, { timeoutMs: 150 }))).code).toBe('TIMEOUT');
      expect(await given.run(backend)).toEqual(before);
      const caller = new AbortController();
      const left = failureOf(given.run(sleep, { signal: caller.signal }));
      await eventually(() => given.pool.stats().busy === 1, 'it runs');
      caller.abort();
      expect((await left).code).toBe('TIMEOUT');
      expect(await given.run(backend)).toEqual(before);
    });

    it('are used again over TLS, too', async () => {
      await using given = connect({ url: withHost('127.0.0.1', '?sslmode=require') });
      const before = await given.run(backend);
      expect((await failureOf(given.run(sleep, { timeoutMs: 150 }))).code).toBe('TIMEOUT');
      expect(await given.run(backend)).toEqual(before);
    });

    it('are used again only when the request to cancel has come to its end', async () => {
      await using proxy = await proxyPostgres(postgres.port, (first) =>
        isCancelRequest(first) ? 'hold' : 'pass',
      );
      await using given = connect({
        url: `${withHost('127.0.0.1').replace(`:${postgres.port}/`, `:${proxy.port}/`)}?sslmode=disable&connect_timeout=1`,
      });
      const before = await given.run(backend);
      await given.run('select pg_sleep(0.4)', { timeoutMs: 100 });
      expect(await given.run(backend)).not.toEqual(before);
      await proxy.release();
    });

    it('never hand the interruption on', async () => {
      await using given = connect();
      for (let n = 0; n < 30; n += 1) {
        const first = given.run('select pg_sleep(0.006)', { timeoutMs: 3 + (n % 7) }).catch(() => undefined);
        const second = given.run('select 1 as mine');
        await first;
        expect(await second).toEqual([{ mine: 1 }]);
      }
    });

    it('are ended with their backend where it refuses', async () => {
      await using given = connect();
      const failing = failureOf(given.run('select public.stubborn()', { timeoutMs: 150 }));
      expect((await failing).code).toBe('TIMEOUT');
      const running = async () =>
        (await admin`select 1 from pg_stat_activity where query like '%stubborn()' and state = 'active'`)
          .length;
      await eventually(async () => (await running()) === 0, 'it has ended');
    });
  });

  describe('that are lost', () => {
    it('leave a write open, and nothing else', async () => {
      for (const [writes, code] of [
        [true, 'OUTCOME_UNKNOWN'],
        [false, 'UPSTREAM_UNAVAILABLE'],
      ] as const) {
        await using proxy = await proxyPostgres(postgres.port, () => 'pass');
        const url = withHost('127.0.0.1', '?sslmode=disable').replace(
          `:${postgres.port}/`,
          `:${proxy.port}/`,
        );
        await using given = connect({ url });
        const marked = `${sleep}, '${writes} by ${name}'`;
        const running = failureOf(given.run(marked, { writes }));
        await eventually(async () => {
          const sleeping = await admin`select 1 from pg_stat_activity where query = ${marked}`;
          return sleeping.length > 0;
        }, 'it runs');
        proxy.cut();
        expect((await running).code).toBe(code);
      }
    });

    it('at any moment end their call, and soon', async () => {
      await using given = connect();
      for (let attempt = 0; attempt < 40; attempt += 1) {
        const [row] = await given.run(backend);
        const running = failureOf(given.run(sleep, { timeoutMs: 4_000 }));
        for (let pause = 0; pause < attempt % 3; pause += 1) await new Promise(setImmediate);
        process.kill(Number(row?.['pid']), 'SIGTERM');
        await running.catch((error: unknown) => {
          expect(error).toMatchObject({ code: '57P01', severity: 'FATAL' });
        });
      }
    });

    it('take the idle ones with them', async () => {
      await using given = connect({ max: 2 });
      await eventually(async () => {
        await Promise.all([given.run('select pg_sleep(0.05)'), given.run('select pg_sleep(0.05)')]);
        return given.pool.stats().idle === 2;
      }, 'there are two');
      const terminating = given.run('select pg_terminate_backend(pg_backend_pid())');
      // What Postgres says, or the end of the connection, whichever the driver sees first.
      await expect(terminating).rejects.toMatchObject({
        code: expect.stringMatching(/57P01|UPSTREAM_UNAVAILABLE/),
      });
      expect(given.pool.stats().idle).toBe(0);
    });

    it.each(['57P01', '57P03', '08006', '25006', '53300'])(
      'are not those whose statement raised %s itself',
      async (state) => {
        await using given = connect({ writes: true });
        const before = await given.run(backend);
        await expect(given.run(`select public.raises('${state}')`)).rejects.toMatchObject({
          code: state,
          severity: 'ERROR',
        });
        expect(await given.run(backend)).toEqual(before);
      },
    );

    it('are those to a server that takes no writes any more, for whoever writes', async () => {
      await using given = connect({ writes: true });
      const before = await given.run(backend);
      const readOnly = given.run(
        'set default_transaction_read_only = on; begin; commit; create table refused ()',
      );
      await expect(readOnly).rejects.toMatchObject({ code: '25006' });
      expect(await given.run(backend)).not.toEqual(before);
    });
  });

  describe('to which too much comes', () => {
    it('leave out rows over a limit, and go on', async () => {
      await using given = connect();
      const [rows, leftOut, after] = await given.call(async (session) => {
        session.messages.rowLimit = 1_000;
        const found = await session.sql.run(
          `select repeat('x', n) as x from unnest(array[10, 5000000, 20]) n`,
        );
        session.messages.rowLimit = Number.POSITIVE_INFINITY;
        return [found.length, session.messages.rowsLeftOut, [...(await session.sql.run('select 1 as x'))]];
      });
      expect([rows, leftOut, after]).toEqual([2, 1, [{ x: 1 }]]);
    });

    it('are ended over a limit of all bytes, alone', async () => {
      await using given = connect();
      const closed = await given.call(async (session) => {
        session.receivedBytes = 0;
        session.receiveLimit = 1_000_000;
        const large = session.sql.run(`select repeat('x', 100) as x from generate_series(1, 100000)`);
        await expect(large).rejects.toThrow();
        return [session.closed, session.overflowed];
      });
      expect(closed).toEqual([true, true]);
      expect(await given.run('select 1 as x')).toEqual([{ x: 1 }]);
    });

    it('cut what an error says', async () => {
      await using given = connect();
      const error: unknown = await given
        .run(`select public.raises('P0001')`)
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'P0001' });
      expect(error instanceof Error ? error.message.length : 0).toBeLessThan(70_000);
    });
  });

  it('give several statements at once their own answers, failures among them', async () => {
    await using given = connect();
    const answers = await given.call(({ sql }) =>
      Promise.allSettled([
        sql.run('select 1 as n'),
        sql.run('nonsense'),
        sql.run(
          `select 'a' as text, null as nothing, 2::int8 as large, '{1,2}'::int[] as list, '{"a":1}'::jsonb as json`,
        ),
        sql.run('create temporary table one (); drop table one'),
      ]),
    );
    expect(answers.map((one) => (one.status === 'fulfilled' ? [...one.value] : one.reason.code))).toEqual([
      [{ n: 1 }],
      '42601',
      [{ text: 'a', nothing: null, large: '2', list: [1, 2], json: { a: 1 } }],
      [],
    ]);
    expect(answers.map((one) => (one.status === 'fulfilled' ? one.value.command : undefined))).toEqual([
      'SELECT',
      undefined,
      'SELECT',
      'DROP TABLE',
    ]);
  });
});

async function listening(onSocket: (socket: Socket) => void) {
  const server = createServer(onSocket);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}
