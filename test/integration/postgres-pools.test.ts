import { createServer, type Socket } from 'node:net';
import connectSuperuser from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalPostgres } from '../../packages/local/src/postgres/local-postgres.ts';
import { connectDatabase, eventually, failureOf } from '../support/database-client.ts';
import { migrationsClient } from '../support/migrations-client.ts';
import {
  silentLog as localLog,
  makeDataFolder,
  startTestPostgres,
  type TestPostgres,
  unsafeButFast,
} from '../support/postgres.ts';
import { postgresPools } from '../support/postgres-pools.ts';
import { testCall } from '../support/test-call.ts';

const one = { statement: 'select 1 as x' };
const isolation = 'READ_COMMITTED';
const sleep = { statement: 'select pg_sleep(60)' };
const forever = () => new AbortController().signal;

describe('a Postgres that comes and goes', () => {
  it('is unavailable at once while stopped, and served again after a start', async () => {
    const dataDir = await makeDataFolder('restarted');
    const start = async (port?: number) =>
      await startLocalPostgres({ dataDir, log: localLog, port, settings: unsafeButFast.settings });
    const first = await start();
    // Whoever waited for a connection instead of failing would wait longer than this test may last.
    const urls = { url: first.databaseUrl, readUrl: first.readUrl };
    await using database = connectDatabase(urls, { acquireTimeoutMs: 120_000 });
    const { client, pools } = database;
    expect((await client.query(one, testCall())).rows).toEqual([{ x: 1 }]);
    expect((await client.execute(one, testCall())).rows).toEqual([{ x: 1 }]);

    const running = failureOf(client.query(sleep, testCall()));
    await eventually(() => pools.stats().read.busy === 1, 'a statement runs');
    await first.stop();
    expect((await running).code).toBe('UPSTREAM_UNAVAILABLE');

    for (let attempt = 0; attempt < 10; attempt += 1) {
      const failure = await failureOf(client.query(one, testCall()));
      expect(failure).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', details: { service: 'POSTGRES' } });
      expect(failure.message).not.toMatch(/127\.0\.0\.1|localhost|\d{4,}/);
      expect((await failureOf(client.execute(one, testCall()))).code).toBe('UPSTREAM_UNAVAILABLE');
    }
    expect(pools.stats().read.circuit).not.toBe('CLOSED');

    const second = await start(first.port);
    try {
      const answers = async () =>
        await client.query(one, testCall()).then(
          () => true,
          () => false,
        );
      await eventually(answers, 'sql answers again');
      expect(pools.stats().read).toMatchObject({ circuit: 'CLOSED', idle: 1, busy: 0, waiting: 0 });
    } finally {
      await second.stop();
    }
  });

  it('gives up on a server that accepts and says nothing', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => sockets.add(socket));
    await new Promise<void>((resolve) => {
      silent.listen(0, '127.0.0.1', resolve);
    });
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const url = `postgres://user@127.0.0.1:${port}/db?sslmode=disable&connect_timeout=1`;
    await using database = connectDatabase({ url });
    expect((await failureOf(database.client.query(one, testCall()))).code).toBe('UPSTREAM_UNAVAILABLE');
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it('gives up on a server that hangs up during the handshake', async () => {
    let connections = 0;
    const rude = createServer((socket) => {
      connections += 1;
      socket.on('error', () => undefined);
      socket.end();
    });
    await new Promise<void>((resolve) => {
      rude.listen(0, '127.0.0.1', resolve);
    });
    const address = rude.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await using database = connectDatabase({ url: `postgres://user@127.0.0.1:${port}/db?sslmode=disable` });
    expect((await failureOf(database.client.query(one, testCall()))).code).toBe('UPSTREAM_UNAVAILABLE');
    expect(connections).toBe(1);
    rude.close();
  });
});

describe('pools', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startTestPostgres();
  });
  afterAll(async () => {
    await postgres.stop();
  });
  const connect = (options: Parameters<typeof connectDatabase>[1] = {}) =>
    connectDatabase({ url: postgres.databaseUrl, readUrl: postgres.readUrl }, options);

  it('lets callers wait for a connection only so long, and answers a ping meanwhile', async () => {
    await using database = connect({ acquireTimeoutMs: 100 });
    const { client, pools } = database;
    const caller = new AbortController();
    const slow = failureOf(client.query(sleep, testCall({ signal: caller.signal })));
    await eventually(() => pools.stats().read.busy === 1, 'the slow statement runs');
    const refused = await Promise.all([1, 2, 3].map(() => failureOf(client.query(one, testCall()))));
    for (const failure of refused) {
      expect(failure).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', details: { reason: 'pool_exhausted' } });
    }
    const { latency, version } = await pools.ping(forever());
    expect(latency).toBeGreaterThan(0);
    expect(version).toMatch(/^\d+(\.\d+)?$/);
    caller.abort();
    await slow;
    expect((await client.query(one, testCall())).rows).toEqual([{ x: 1 }]);
  });

  it('counts the wait for a connection into the time limit of a call', async () => {
    // Whoever waited for a connection alone would wait longer than this test may last.
    await using database = connect({ acquireTimeoutMs: 120_000 });
    const { client, pools } = database;
    const caller = new AbortController();
    const slow = failureOf(client.query(sleep, testCall({ signal: caller.signal })));
    await eventually(() => pools.stats().read.busy === 1, 'the slow statement runs');
    const late = await failureOf(client.query({ ...one, timeout: 100 }, testCall()));
    expect(late).toMatchObject({ code: 'TIMEOUT', details: { reason: 'pool_exhausted' } });
    expect(pools.stats().read).toMatchObject({ busy: 1, waiting: 0 });

    const next = failureOf(client.query({ ...sleep, timeout: 2_000 }, testCall()));
    await eventually(() => pools.stats().read.waiting === 1, 'the next one waits');
    caller.abort();
    await slow;
    expect((await next).code).toBe('TIMEOUT');
    expect((await client.query(one, testCall())).rows).toEqual([{ x: 1 }]);
  });

  it('serves callers in the order they came', async () => {
    await using database = connect();
    const order: number[] = [];
    await Promise.all(
      [1, 2, 3, 4, 5].map(async (index) => {
        await database.client.query(one, testCall());
        order.push(index);
      }),
    );
    expect(order).toEqual([1, 2, 3, 4, 5]);
    expect(database.pools.stats().read).toMatchObject({ idle: 1, busy: 0 });
  });

  it('ends a call whose connection is cut at any moment, with an error and soon', async () => {
    await using database = connect();
    const { client } = database;
    const whoami = { statement: 'select pg_backend_pid() as pid' };
    // The moments that matter are less than a millisecond long, so many are tried.
    for (let attempt = 0; attempt < 60; attempt += 1) {
      const [row] = (await client.query(whoami, testCall())).rows;
      const running = failureOf(client.query({ ...sleep, timeout: 4_000 }, testCall()));
      for (let pause = 0; pause < attempt % 3; pause += 1) await new Promise(setImmediate);
      process.kill(Number(row?.['pid']), 'SIGTERM');
      expect((await running).code).toBe('UPSTREAM_UNAVAILABLE');
    }
  });

  it('lets a caller who left out of the queue', async () => {
    await using database = connect();
    const { client, pools } = database;
    const first = new AbortController();
    const running = failureOf(client.query(sleep, testCall({ signal: first.signal })));
    await eventually(() => pools.stats().read.busy === 1, 'the slow statement runs');
    const second = new AbortController();
    const waiting = failureOf(client.query(one, testCall({ signal: second.signal })));
    await eventually(() => pools.stats().read.waiting === 1, 'the second waits');
    second.abort();
    expect((await waiting).code).toBe('TIMEOUT');
    expect(pools.stats().read.waiting).toBe(0);
    first.abort();
    await running;
  });

  it('opens no connection for a caller who left before', async () => {
    await using database = connect();
    const failure = await failureOf(database.client.query(one, testCall({ signal: AbortSignal.abort() })));
    expect(failure.code).toBe('TIMEOUT');
    expect(database.pools.stats().read).toMatchObject({ idle: 0, busy: 0, connecting: 0 });
  });

  it('grows to its size and no further', async () => {
    await using database = connect({ readMax: 3 });
    const backends = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const statement = 'select pg_backend_pid() as pid, pg_sleep(0.05)';
        return (await database.client.query({ statement }, testCall())).rows[0]?.['pid'];
      }),
    );
    expect(new Set(backends).size).toBe(3);
  });

  it('serves many statements of one operation without a warning about listeners', async () => {
    await using database = connect({ readMax: 2 });
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const call = testCall();
    await Promise.all(Array.from({ length: 40 }, () => database.client.query(one, call)));
    // Warnings are emitted on the next tick.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  it('replaces its connections after an eviction, the busy ones when they come back', async () => {
    await using database = connect();
    const backend = async () =>
      (await database.client.query({ statement: 'select pg_backend_pid() as pid' }, testCall())).rows[0]?.[
        'pid'
      ];
    const before = await backend();
    expect(await backend()).toBe(before);
    database.pools.read.evict();
    expect(await backend()).not.toBe(before);
  });

  it('evicts its connections when a server turned read-only refuses a write', async () => {
    await using database = connect();
    const { client } = database;
    const backend = async () =>
      (await client.execute({ statement: 'select pg_backend_pid() as pid' }, testCall())).rows[0]?.['pid'];
    const before = await backend();
    const admin = connectSuperuser(postgres.urlFor('supabase_admin'), { max: 1 });
    try {
      await admin`alter system set default_transaction_read_only = on`;
      await admin`select pg_reload_conf()`;
      const write = { statement: 'create table refused (a int)' };
      await eventually(
        async () => (await failureOf(client.execute(write, testCall()))).privileged['sqlState'] === '25006',
        'the server is read-only',
      );
      expect(await backend()).not.toBe(before);
    } finally {
      await admin`set default_transaction_read_only = off`;
      await admin`alter system reset default_transaction_read_only`;
      await admin`select pg_reload_conf()`;
      await admin.end();
    }
  });

  it.each(['08006', '08001', '57P01', '57P02', '57P03', '25P03', '25P04', '25006', '53300'])(
    'keeps its connections when a statement raises %s itself, and calls it refused',
    async (state) => {
      await using database = connect();
      const { client, pools } = database;
      const migrations = migrationsClient(pools);
      const whoami = { statement: 'select pg_backend_pid() as pid' };
      const backends = async () => {
        const all = [client.query, client.execute].map(
          async (run) => (await run(whoami, testCall())).rows[0]?.['pid'],
        );
        return await Promise.all(all);
      };
      const raise = `begin raise exception using errcode = '${state}'; end`;
      const block = `do $$ ${raise} $$`;
      await client.execute(
        {
          statement: `create or replace function raises() returns int language plpgsql as $$ ${raise} $$`,
        },
        testCall(),
      );
      const before = await backends();
      const plain = { dryRun: false, transactional: true };
      const one = { ...plain, version: String(Number.parseInt(state, 36)), name: state, sql: block };
      const failures = [
        await failureOf(client.query({ statement: 'select raises()' }, testCall())),
        await failureOf(client.execute({ statement: block }, testCall())),
        await failureOf(
          client.executeTransaction({ statements: [{ statement: block }], isolation }, testCall()),
        ),
        await failureOf(migrations.run(one, testCall())),
        await failureOf(migrations.run({ ...one, transactional: false }, testCall())),
      ];
      expect(failures.map(({ code }) => code)).toEqual(Array.from(failures, () => 'BAD_SQL'));
      expect(new Set(failures.map(({ privileged }) => privileged['sqlState']))).toEqual(new Set([state]));
      expect(await backends()).toEqual(before);
    },
  );

  it('evicts the other connections when one is ended by the server', async () => {
    await using database = connect({ readMax: 2 });
    const { client, pools } = database;
    const whoami = { statement: 'select pg_backend_pid() as pid from pg_sleep(0.05)' };
    await eventually(async () => {
      await Promise.all([client.query(whoami, testCall()), client.query(whoami, testCall())]);
      return pools.stats().read.idle === 2;
    }, 'there are two');
    const running = failureOf(client.query(sleep, testCall()));
    const pid = { statement: "select pid from pg_stat_activity where wait_event = 'PgSleep'" };
    await eventually(async () => {
      const [row] = (await client.execute(pid, testCall())).rows;
      if (row !== undefined) process.kill(Number(row['pid']), 'SIGTERM');
      return row !== undefined;
    }, 'it runs');
    expect((await running).code).toBe('UPSTREAM_UNAVAILABLE');
    expect(pools.stats().read.idle).toBe(0);
  });

  it('takes the first of several hosts that answers and fits', async () => {
    const { port, databaseUrl } = postgres;
    const twoHosts = databaseUrl.replace(/@[^/]+/, `@127.0.0.1:1,127.0.0.1:${port}`);
    await using primary = connectDatabase({ url: `${twoHosts}?target_session_attrs=read-write` });
    expect((await primary.client.execute(one, testCall())).rows).toEqual([{ x: 1 }]);
    await using standby = connectDatabase({ url: `${twoHosts}?target_session_attrs=standby` });
    expect((await failureOf(standby.client.execute(one, testCall()))).code).toBe('UPSTREAM_UNAVAILABLE');
    await using either = connectDatabase({ url: `${twoHosts}?target_session_attrs=prefer-standby` });
    expect((await either.client.execute(one, testCall())).rows).toEqual([{ x: 1 }]);
  });

  it('refuses to start with a URL it does not understand, and says everything that is wrong', () => {
    const url = `${postgres.databaseUrl}?pgbouncer=true&sslmode=maybe`;
    expect(() => postgresPools({ url })).toThrow(/DATABASE_POOLER.*sslmode/s);
  });

  it('fails when TLS is asked for and the server has none', async () => {
    await using database = connectDatabase({ url: `${postgres.databaseUrl}?sslmode=require` });
    expect((await failureOf(database.client.execute(one, testCall()))).code).toBe('UPSTREAM_UNAVAILABLE');
  });

  it('listens on a connection of its own, and again after that is lost', async () => {
    await using database = connect();
    const { pools, client } = database;
    const heard: string[] = [];
    let connected = 0;
    const listener = pools.listen('News "quoted"', {
      onMessage: (payload) => heard.push(payload),
      onConnect: () => {
        connected += 1;
      },
    });
    const tell = async (payload: string) =>
      await client.execute(
        { statement: 'select pg_notify(\'News "quoted"\', $1)', params: [payload] },
        testCall(),
      );
    await eventually(() => connected === 1, 'it listens');
    await tell('one');
    await eventually(() => heard.includes('one'), 'the first message came');
    await client.execute(
      { statement: "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen %'" },
      testCall(),
    );
    await eventually(() => connected === 2, 'it listens again');
    await tell('two');
    await eventually(() => heard.includes('two'), 'the second message came');
    await listener.close();
    expect(heard).toEqual(['one', 'two']);
  });

  it('has no session features behind a pooler in transaction mode, unless there is a direct URL', async () => {
    await using pooled = connect({ pooler: 'transaction' });
    expect(() => pooled.pools.direct()).toThrow(expect.objectContaining({ code: 'NOT_CONFIGURED' }));
    expect(() => pooled.pools.listen('x', { onMessage: () => undefined })).toThrow();
    await using both = connect({ pooler: 'transaction', directUrl: postgres.databaseUrl });
    const rows = await both.pools
      .direct()
      .withSession({ signal: forever(), timeoutMs: 1_000 }, async ({ sql }) =>
        Array.from(await sql.run('select 1 as x')),
      );
    expect(rows).toEqual([{ x: 1 }]);
  });

  it('leaves nothing to whoever gets the backend of a pooler in transaction mode next', async () => {
    await using pooled = connect({ pooler: 'transaction', max: 1 });
    const { client, pools } = pooled;
    const look = `select pg_backend_pid() as pid, current_user::text as role, current_setting('work_mem') as work_mem,
      current_setting('search_path') <> '' as path, to_regclass('left_behind') is not null as temporary,
      (select count(*)::int from pg_prepared_statements) as prepared, (select count(*)::int from pg_cursors) as cursors,
      (select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks`;
    const state = () =>
      pools.general.withSession({ signal: forever(), timeoutMs: 5_000 }, async ({ sql }) => {
        const [row] = await sql.run(look);
        return row;
      });
    const before = await state();
    expect(before).toMatchObject({ work_mem: '4MB', path: true, temporary: false, locks: 0, prepared: 0 });
    const leavers = [
      "set work_mem = '77MB'",
      "select set_config('work_mem', '77MB', false)",
      "select set_config('search_path', '', false)",
      'set role anon',
      'create temporary table left_behind ()',
      'prepare p as select 1',
      'select pg_advisory_lock(7)',
      'declare c cursor with hold for select 1',
      'listen_is_refused',
      'vacuum pg_catalog.pg_am',
    ];
    for (const statement of leavers) {
      await client.execute({ statement }, testCall()).catch(() => undefined);
      expect([statement, await state()]).toEqual([statement, before]);
      const statements = [{ statement: 'select 1' }, { statement }];
      await client.executeTransaction({ statements, isolation }, testCall()).catch(() => undefined);
      expect([statement, await state()]).toEqual([statement, before]);
    }
    const migrations = migrationsClient(pools);
    const done = await migrations.run(
      {
        version: '1',
        name: 'as pg_dump writes',
        sql: `select pg_catalog.set_config('search_path', '', false); set role postgres; select pg_advisory_lock(8)`,
        down: "set work_mem = '77MB'",
        dryRun: false,
        transactional: true,
      },
      testCall(),
    );
    expect(done.applied).toBe(true);
    expect(await state()).toEqual(before);
    await migrations.rollback('1', testCall());
    expect(await state()).toEqual(before);
    // What they are for is still done.
    const made = await client.execute(
      { statement: 'create table public.pooled as select 1 as x' },
      testCall(),
    );
    expect(made.command).toBe('SELECT');
    const wrong = failureOf(client.execute({ statement: 'select * from nowhere' }, testCall()));
    expect((await wrong).privileged).toMatchObject({ sqlState: '42P01', position: 15 });
    await client.execute({ statement: 'drop table public.pooled' }, testCall());
    expect(await state()).toEqual(before);
  });

  it('resets what a statement left within its own transaction behind a pooler in transaction mode', async () => {
    await using pooled = connect({ pooler: 'transaction' });
    const { client } = pooled;
    const state = async () =>
      (
        await client.query(
          {
            statement:
              "select current_setting('transaction_read_only') as read_only, (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks, current_setting('work_mem') as work_mem",
          },
          testCall(),
        )
      ).rows[0];
    const before = await state();
    expect(before).toMatchObject({ read_only: 'on', locks: '0' });
    await client.query(
      { statement: "select pg_advisory_lock(1), set_config('work_mem', '1MB', false)" },
      testCall(),
    );
    await failureOf(client.query({ statement: 'select pg_advisory_lock(2), 1 / 0' }, testCall()));
    expect(await state()).toEqual(before);
    expect((await client.execute(one, testCall())).rows).toEqual([{ x: 1 }]);
  });

  it('drains: running calls end, new ones are refused', async () => {
    const { client, pools } = connect();
    const running = client.query({ statement: 'select 1 as x from pg_sleep(0.2)' }, testCall());
    await eventually(() => pools.stats().read.busy === 1, 'a statement runs');
    const ended = pools.end(5_000);
    expect((await failureOf(client.query(one, testCall()))).code).toBe('SHUTTING_DOWN');
    expect((await running).rows).toEqual([{ x: 1 }]);
    await ended;
    expect(pools.stats().read).toMatchObject({ idle: 0, busy: 0 });
  });

  it('ends calls that outlast the drain', async () => {
    const { client, pools } = connect();
    const running = failureOf(client.query(sleep, testCall()));
    await eventually(() => pools.stats().read.busy === 1, 'a statement runs');
    await pools.end(50);
    expect((await running).code).toBe('UPSTREAM_UNAVAILABLE');
  });
});
