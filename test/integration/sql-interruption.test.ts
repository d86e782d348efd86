import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createStatementParser } from '../../src/upstream/postgres/sql/statement-parser.ts';
import { connectDatabase, eventually, failureOf, onGeneralPool } from '../support/database-client.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { isCancelRequest, proxyPostgres, startupRefusal, withBackendPid } from '../support/postgres-proxy.ts';
import { testCall } from '../support/test-call.ts';

let postgres: TestPostgres;
let beside: ReturnType<typeof connectDatabase>;

beforeAll(async () => {
  postgres = await startTestPostgres();
  beside = connectDatabase({ url: postgres.databaseUrl });
  await run('create table kept (id int)');
  await run(`create function hang() returns int language plpgsql as $$ ${hangs} $$`);
  await run(`create function hang_alone() returns int language plpgsql as $$ ${hangsAlone} $$`);
});
afterAll(async () => {
  await beside[Symbol.asyncDispose]();
  await postgres.stop();
});
beforeEach(async () => {
  await run('truncate kept');
});

/** Takes every cancellation for a reason to go on. */
const hangs = `begin loop begin perform pg_sleep(1); exception when query_canceled then null; end; end loop; end`;
/** And does not look whether its client is still there. */
const hangsAlone = hangs.replace(
  'begin ',
  `begin perform set_config('client_connection_check_interval', '0', false); `,
);
const run = async (statement: string) => await beside.client.execute({ statement }, testCall());
const kept = async () => (await run('select id from kept')).rows.map((row) => row['id']);
const urls = () => ({ url: postgres.databaseUrl, readUrl: postgres.readUrl });
const throughPort = (url: string, port: number) => url.replace(/@127\.0\.0\.1:\d+/, `@127.0.0.1:${port}`);

async function sleeping(): Promise<number> {
  const statement = "select 1 from pg_stat_activity where wait_event = 'PgSleep'";
  return await onGeneralPool(beside.pools, statement, (rows) => rows.length);
}

describe('a statement that is over its time limit', () => {
  it.each(['hang()', 'hang_alone()'])('is ended when it cannot be cancelled: %s in sql', async (call) => {
    await using database = connectDatabase(urls(), { readMax: 2 });
    const statement = `select ${call}`;
    const outcomes = await Promise.all(
      [1, 2].map(() => failureOf(database.client.query({ statement, timeout: 150 }, testCall()))),
    );
    expect(outcomes.map(({ code }) => code)).toEqual(['TIMEOUT', 'TIMEOUT']);
    await eventually(async () => (await sleeping()) === 0, 'no backend is left');
    expect((await database.client.query({ statement: 'select 1 as x' }, testCall())).rows).toEqual([
      { x: 1 },
    ]);
  });

  it('takes no other connection with it when it has to be ended', async () => {
    await using database = connectDatabase(urls(), { readMax: 2 });
    const whoami = { statement: 'select pg_backend_pid() as pid from pg_sleep(0.1)' };
    const ask = async () => (await database.client.query(whoami, testCall())).rows[0]?.['pid'];
    const before = await Promise.all([ask(), ask()]);
    const hanging = { statement: 'select hang()', timeout: 150 };
    expect((await failureOf(database.client.query(hanging, testCall()))).code).toBe('TIMEOUT');
    expect(before).toContain(await ask());
  });

  it('may have committed a part when somebody else ends it', async () => {
    await using database = connectDatabase(urls());
    const whoami = { statement: 'select pg_backend_pid() as pid' };
    const [row] = (await database.client.execute(whoami, testCall())).rows;
    const parts = 'do $$ begin insert into kept values (1); commit; perform pg_sleep(60); end $$';
    const running = failureOf(database.client.execute({ statement: parts }, testCall()));
    await eventually(async () => (await kept()).length === 1, 'the first part is committed');
    await run(`select pg_terminate_backend(${String(row?.['pid'])})`);
    expect((await running).code).toBe('OUTCOME_UNKNOWN');
  });

  it.each([
    ['DO', `do $$ ${hangs} $$`],
    ['DO that checks nothing', `do $$ ${hangsAlone} $$`],
    ['SELECT', 'select hang_alone()'],
  ])('is ended when it cannot be cancelled: %s in executeSql', async (_, statement) => {
    await using database = connectDatabase(urls());
    // The time until there is a connection counts too.
    await database.client.execute({ statement: 'select 1' }, testCall());
    const failure = await failureOf(database.client.execute({ statement, timeout: 1_000 }, testCall()));
    expect(failure.code).toBe('OUTCOME_UNKNOWN');
    await eventually(async () => (await sleeping()) === 0, 'no backend is left');
  });

  it('is no reason to end another backend, whose number a pooler gave', async () => {
    await using stranger = connectDatabase(urls());
    const whoami = { statement: 'select pg_backend_pid() as pid' };
    const before = (await stranger.client.execute(whoami, testCall())).rows;
    await using proxy = await proxyPostgres(postgres.port, () => 'pass', {
      answered: (bytes) => withBackendPid(bytes, Number(before[0]?.['pid'])),
    });
    const url = throughPort(postgres.databaseUrl, proxy.port);
    await using database = connectDatabase({ url }, { sslMode: 'disable' });
    const statement = 'select hang()';
    const failure = await failureOf(database.client.query({ statement, timeout: 150 }, testCall()));
    expect(failure.code).toBe('TIMEOUT');
    await eventually(async () => (await sleeping()) === 0, 'no backend is left');
    expect((await stranger.client.execute(whoami, testCall())).rows).toEqual(before);
  });

  it('is left to its pooler, whose numbers of backends are not Postgres’ own', async () => {
    await using database = connectDatabase(urls(), { pooler: 'transaction' });
    const statement = 'select hang()';
    const failure = await failureOf(database.client.query({ statement, timeout: 150 }, testCall()));
    expect(failure.code).toBe('TIMEOUT');
    await eventually(async () => (await sleeping()) === 1, 'the backend goes on');
    await run("select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'");
    await eventually(async () => (await sleeping()) === 0, 'no backend is left');
  });
});

describe('a statement whose client is gone', () => {
  it.each(['general', 'read', 'direct'] as const)('ends by itself on the %s pool', async (name) => {
    await using database = connectDatabase(urls());
    const pool = name === 'direct' ? database.pools.direct() : database.pools[name];
    const options = { signal: new AbortController().signal, timeoutMs: 20_000 };
    const lost = pool.withSession(options, async (session) => {
      const running = session.sql.run('select pg_sleep(60)');
      running.catch(() => undefined);
      await eventually(async () => (await sleeping()) === 1, 'the statement runs');
      session.destroy();
      await running;
    });
    expect((await failureOf(lost)).code).toBe('UPSTREAM_UNAVAILABLE');
    await eventually(async () => (await sleeping()) === 0, 'no backend is left');
  });

  it('does without where the server cannot look after its client', async () => {
    const name = 'client_connection_check_interval';
    let refusals = 0;
    await using proxy = await proxyPostgres(postgres.port, (first) => {
      if (!first.includes(name)) return 'pass';
      refusals += 1;
      return startupRefusal('42704', `unrecognized configuration parameter "${name}"`);
    });
    // The other host is down.
    const url = postgres.databaseUrl.replace(/@[^/]+/, `@127.0.0.1:${proxy.port},127.0.0.1:1`);
    await using database = connectDatabase({ url }, { sslMode: 'disable' });
    for (const _ of [1, 2]) {
      const { rows } = await database.client.query({ statement: `show ${name}` }, testCall());
      expect(rows).toEqual([{ [name]: '0' }]);
      database.pools.read.evict();
    }
    expect(refusals).toBe(1);
  });
});

describe('a cancel request that comes late', () => {
  it.each(['over its time limit', 'over its size'])('hits nobody else: a statement %s', async (what) => {
    await using proxy = await proxyPostgres(postgres.port, (first) =>
      isCancelRequest(first) ? 'hold' : 'pass',
    );
    const url = throughPort(`${postgres.databaseUrl}?connect_timeout=1`, proxy.port);
    await using database = connectDatabase(
      { url },
      { sslMode: 'disable', limits: { maxResultBytes: 200_000 } },
    );
    const { client } = database;
    const first =
      what === 'over its size'
        ? { statement: "select repeat('x', 1000) from generate_series(1, 1000)", maxRows: 10_000 }
        : { statement: 'select pg_sleep(2)', timeout: 1_000 };
    await client.query({ statement: 'select 1' }, testCall());
    await client.query(first, testCall());
    await eventually(() => proxy.held === 1, 'the cancel request is on its way');
    const second = client.query({ statement: 'select pg_sleep(1.5)' }, testCall());
    await eventually(async () => (await sleeping()) === 1, 'the next statement runs');
    await proxy.release();
    expect(await second).toMatchObject({ rowCount: 1 });
  });
});

describe('executeSql', () => {
  const commitsFirst = 'begin insert into kept values (1); commit; perform pg_sleep(60); end';
  it.each([
    ['a block', `do $$ ${commitsFirst} $$`],
    ['a procedure', 'call commits_first()'],
    ['a text that the parser gives up on', `/* ${'x'.repeat(200)} */ do $$ ${commitsFirst} $$`],
  ])('does not promise that nothing was committed by %s', async (_, statement) => {
    await run(`create or replace procedure commits_first() language plpgsql as $$ ${commitsFirst} $$`);
    const parser = createStatementParser({ inlineLength: 100, workerTimeoutMs: 1 });
    await using database = connectDatabase(urls(), { parser });
    const limited = failureOf(database.client.execute({ statement, timeout: 300 }, testCall()));
    expect((await limited).code).toBe('OUTCOME_UNKNOWN');
    expect(await kept()).toEqual([1]);
  });

  it('does not promise that nothing was committed when the server ends the session at a limit of its own', async () => {
    await using database = connectDatabase(urls());
    const [version] = (await run('show server_version_num')).rows;
    const setting =
      Number(version?.['server_version_num']) >= 170_000
        ? "perform set_config('transaction_timeout', '100ms', false);"
        : "perform set_config('statement_timeout', '100ms', false);";
    const statement = `do $$ begin insert into kept values (1); commit; ${setting} commit; perform pg_sleep(60); end $$`;
    expect((await failureOf(database.client.execute({ statement }, testCall()))).code).toBe(
      'OUTCOME_UNKNOWN',
    );
    expect(await kept()).toEqual([1]);
  });

  it.each(['cut', 'reset'] as const)(
    'leaves open what a SELECT did whose answer was lost (%s)',
    async (how) => {
      await run(
        'create or replace function keeps() returns int language sql as $$ insert into kept values (1) returning id $$',
      );
      await using proxy = await proxyPostgres(postgres.port, () => 'pass');
      const url = throughPort(postgres.databaseUrl, proxy.port);
      await using database = connectDatabase({ url }, { sslMode: 'disable' });
      await database.client.execute({ statement: 'select 1' }, testCall());
      proxy.loseAnswers();
      const lost = failureOf(database.client.execute({ statement: 'select keeps()' }, testCall()));
      await eventually(async () => (await kept()).length === 1, 'it is done');
      proxy[how]();
      expect((await lost).code).toBe('OUTCOME_UNKNOWN');
      expect(await kept()).toEqual([1]);
    },
  );

  it.each(['cut', 'reset'] as const)('may try a reading again whose connection is lost (%s)', async (how) => {
    await using proxy = await proxyPostgres(postgres.port, () => 'pass');
    const url = throughPort(postgres.databaseUrl, proxy.port);
    await using database = connectDatabase({ url }, { sslMode: 'disable' });
    await database.client.query({ statement: 'select 1' }, testCall());
    proxy.loseAnswers();
    const lost = failureOf(database.client.query({ statement: 'select pg_sleep(0.01)' }, testCall()));
    await eventually(async () => proxy.lost > 0, 'an answer was lost');
    proxy[how]();
    expect((await lost).code).toBe('UPSTREAM_UNAVAILABLE');
  });
});
