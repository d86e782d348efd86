import postgresJs from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/database-client.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { anon, rowsCall, rowsRunner, sql, user } from '../support/rows-runner.ts';
import { watchStatements } from '../support/sent-statements.ts';

let postgres: TestPostgres;
let admin: postgresJs.Sql;

beforeAll(async () => {
  postgres = await startTestPostgres();
  admin = postgresJs(postgres.urlFor('supabase_admin'), { max: 1, onnotice: () => undefined });
});
afterAll(async () => {
  await admin.end();
  await postgres.stop();
});

const backend = sql('select pg_backend_pid()::text');

/** A runner and what it has Postgres execute, with settings statements cut short. */
async function watched(options: Parameters<typeof rowsRunner>[1] = {}) {
  const watch = await watchStatements(postgres.port);
  const url = postgres.rowsUrl.replace(`:${postgres.port}/`, `:${watch.port}/`);
  const runner = rowsRunner(postgres, { ...options, url });
  const sent = async (work: () => Promise<unknown>) => {
    watch.take();
    await work();
    const { statements, writes } = watch.take();
    return {
      statements: statements.map((text) => text.replace(/^select pg_catalog\.set_config.*/, '(settings)')),
      writes,
    };
  };
  return {
    runner,
    sent,
    async [Symbol.asyncDispose]() {
      await runner[Symbol.asyncDispose]();
      await watch[Symbol.asyncDispose]();
    },
  };
}

describe('a call', () => {
  const two = [sql(`select 'a'`), sql(`select 'b'`)];

  it('is one settings statement and one statement for each answer, in one write', async () => {
    await using given = await watched();
    const read = () => given.runner.texts(anon, two, rowsCall());
    await read();
    const expected = { statements: ['(settings)', `select 'a'`, '(settings)', `select 'b'`], writes: 1 };
    // Prepared or not.
    expect([await given.sent(read), await given.sent(read), await given.sent(read)]).toEqual([
      expected,
      expected,
      expected,
    ]);
  });

  it('behind a pooler in transaction mode has begin and commit beside them', async () => {
    await using given = await watched({ pooler: 'transaction' });
    const read = () => given.runner.texts(anon, two, rowsCall());
    await read();
    expect(await given.sent(read)).toEqual({
      statements: [
        'begin isolation level repeatable read read only',
        '(settings)',
        `select 'a'`,
        '(settings)',
        `select 'b'`,
        'commit',
      ],
      writes: 1,
    });
  });

  it('that writes has begin and commit beside them, and a write for each answer and the end', async () => {
    await using given = await watched();
    const write = () =>
      given.runner.write(anon, rowsCall(), async ({ run }) => {
        for (const statement of two) await run(statement);
      });
    await write();
    expect(await given.sent(write)).toEqual({
      statements: ['begin', '(settings)', `select 'a'`, '(settings)', `select 'b'`, 'commit'],
      writes: 3,
    });
  });

  it('calls the function of the operator before each statement, with the settings of the caller', async () => {
    const nobody = '00000000-0000-0000-0000-000000000666';
    await admin.unsafe(`
      create function public.check_request() returns void language plpgsql as $$ begin
        if auth.uid() = '${nobody}' then
          raise sqlstate 'PT403' using message = 'Not you.', hint = 'Ask somebody else.';
        end if; end $$`);
    await using given = await watched({
      environment: () => ({ preRequest: '"public"."check_request"' }),
    });
    const read = () => given.runner.texts(anon, [backend], rowsCall());
    await read();
    expect((await given.sent(read)).statements).toEqual([
      '(settings)',
      'select "public"."check_request"()',
      backend.text,
      // As after any function.
      expect.stringMatching(/^reset role; reset all;/),
    ]);
    const refused = given.runner.texts(user(nobody), [backend, backend], rowsCall());
    await expect(refused).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: 'Not you.',
      statement: 0,
      details: { reason: 'raised', status: 403, hint: 'Ask somebody else.' },
    });
  });
});

describe('statements', () => {
  const names = sql(
    `select coalesce(json_agg(name order by length(name), name), '[]') from pg_prepared_statements where not from_sql`,
  );
  const look = async (runner: ReturnType<typeof rowsRunner>) =>
    JSON.parse((await runner.texts({ role: 'editor', claims: {} }, [names], rowsCall()))[0] ?? '');

  beforeAll(async () => {
    await admin.unsafe('create role editor; grant editor to bunbun_rows');
  });

  it('are prepared at their second use by a role', async () => {
    await using runner = rowsRunner(postgres);
    const counts: number[] = [(await look(runner)).length];
    for (const caller of [anon, anon, anon, user('x'), user('y')]) {
      await runner.texts(caller, [sql('select 1')], rowsCall());
      counts.push((await look(runner)).length);
    }
    // Looking prepares two of its own at its second time.
    expect(counts).toEqual([0, 2, 4, 4, 4, 6]);
  });

  it('are at most a hundred on a connection, and the one used longest ago is closed', async () => {
    await using runner = rowsRunner(postgres);
    for (let n = 0; n < 130; n += 1) {
      const one = sql(`select ${n}`);
      await runner.texts(anon, [one], rowsCall());
      await runner.texts(anon, [one], rowsCall());
    }
    await look(runner);
    expect((await look(runner)).length).toBeLessThanOrEqual(102);
    expect(await runner.texts(anon, [sql('select 0')], rowsCall())).toEqual(['0']);
    expect(await runner.texts(anon, [sql('select 129')], rowsCall())).toEqual(['129']);
  });

  it('that come after an error are not taken for prepared', async () => {
    await using runner = rowsRunner(postgres);
    const later = sql(`select 'later'`);
    const failing = () => runner.texts(anon, [sql('select 1 / 0'), later], rowsCall());
    for (let n = 0; n < 3; n += 1) await expect(failing()).rejects.toMatchObject({ statement: 0 });
    for (let n = 0; n < 3; n += 1) {
      expect(await runner.texts(anon, [later], rowsCall())).toEqual(['later']);
    }
  });

  it('have no names behind a pooler in transaction mode', async () => {
    await using runner = rowsRunner(postgres, { pooler: 'transaction' });
    for (let n = 0; n < 4; n += 1) await runner.texts(anon, [sql('select 1')], rowsCall());
    expect(await look(runner)).toEqual([]);
  });

  it('are prepared anew when a table has become another one', async () => {
    await admin.unsafe(`
      create table public.changing as select 1 as a;
      create view public.seen as select a from public.changing;
      grant select on public.changing to anon;`);
    await using runner = rowsRunner(postgres);
    const one = sql('select * from public.changing');
    for (let n = 0; n < 3; n += 1) await runner.texts(anon, [one], rowsCall());
    await admin.unsafe(
      `drop view public.seen; alter table public.changing alter column a type text using 'x' || a`,
    );
    expect(await runner.texts(anon, [one], rowsCall())).toEqual(['x1']);
  });

  it('with more parameters than a message can count are refused before they are sent', async () => {
    await using runner = rowsRunner(postgres);
    const failing = runner.texts(anon, [sql('select 1', Array(70_000).fill('1'))], rowsCall());
    await expect(failing).rejects.toMatchObject({ code: 'OPERATION_TOO_COMPLEX' });
  });
});

describe('an answer', () => {
  it('that is too large is not held, and the connection goes on', async () => {
    await using runner = rowsRunner(postgres);
    const [before] = await runner.texts(anon, [backend], rowsCall());
    const large = sql(`select repeat('x', 40 * 1024 * 1024)`);
    await expect(runner.texts(anon, [large], rowsCall())).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
    });
    expect(await runner.texts(anon, [backend], rowsCall())).toEqual([before]);
  });

  it('of many that are too large together ends the connection at last', async () => {
    await using runner = rowsRunner(postgres, { max: 2 });
    const each = sql(`select repeat('x', 900 * 1024)`);
    const failing = runner.texts(anon, Array(8).fill(each), rowsCall());
    await expect(failing).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    expect(await runner.texts(anon, [sql('select 1')], rowsCall())).toEqual(['1']);
  });

  it('may have every character, and as many as it may', async () => {
    await using runner = rowsRunner(postgres);
    const text = 'ä€😀'.repeat(100_000);
    expect(await runner.texts(anon, [sql('select $1::text', [text])], rowsCall())).toEqual([text]);
    expect(await runner.texts(anon, [sql('select null::text')], rowsCall())).toEqual([null]);
    expect(await runner.texts(anon, [sql('select 1::text where false')], rowsCall())).toEqual([null]);
  });
});

describe('a call that is interrupted', () => {
  const sleep = sql('select pg_sleep(20)::text');

  it('at its time limit says at which statement, and leaves its connection to the next one', async () => {
    await using runner = rowsRunner(postgres);
    const [before] = await runner.texts(anon, [backend], rowsCall());
    const late = runner.texts(anon, [sql('select 1'), sleep], rowsCall({ timeoutMs: 800 }));
    await expect(late).rejects.toMatchObject({ code: 'TIMEOUT', statement: 1 });
    expect(await runner.texts(anon, [backend], rowsCall())).toEqual([before]);
  });

  it('because its caller left is cancelled in Postgres', async () => {
    await using runner = rowsRunner(postgres);
    const caller = new AbortController();
    const left = runner.texts(anon, [sleep], rowsCall({ signal: caller.signal }));
    const sleeping = async () =>
      (await admin`select 1 from pg_stat_activity where wait_event = 'PgSleep'`).length === 1;
    await eventually(sleeping, 'it runs');
    caller.abort();
    await expect(left).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(await sleeping()).toBe(false);
  });

  it('never hits the next one', async () => {
    await using runner = rowsRunner(postgres);
    for (let n = 0; n < 30; n += 1) {
      const timeoutMs = 3 + (n % 7);
      const first = runner
        .read(anon, [sql('select pg_sleep(0.006)::text')], rowsCall({ timeoutMs }))
        .catch(() => undefined);
      const second = runner.texts(anon, [sql(`select 'mine'`)], rowsCall());
      await first;
      expect(await second).toEqual(['mine']);
    }
  });

  it('by the time limit of its role, which Postgres keeps', async () => {
    const short = new Map([['anon', new Map([['statement_timeout', '100ms']])]]);
    await using runner = rowsRunner(postgres, { environment: () => ({ roleSettings: short }) });
    const late = runner.texts(anon, [sql('select 1'), sleep], rowsCall());
    await expect(late).rejects.toMatchObject({ code: 'TIMEOUT', statement: 1 });
  });

  it('is ended where it refuses to be cancelled', async () => {
    await admin.unsafe(`
      create function public.stubborn() returns text language plpgsql as $$ begin
        loop begin perform pg_sleep(20); exception when query_canceled then null; end; end loop; end $$`);
    await using runner = rowsRunner(postgres);
    const late = runner.texts(anon, [sql('select public.stubborn()')], rowsCall({ timeoutMs: 200 }));
    await expect(late).rejects.toMatchObject({ code: 'TIMEOUT' });
    const running = async () =>
      (
        await admin`select 1 from pg_stat_activity where query like '%stubborn()%' and state = 'active' and pid <> pg_backend_pid()`
      ).length;
    await eventually(async () => (await running()) === 0, 'it has ended');
    expect(await runner.texts(anon, [sql('select 1')], rowsCall())).toEqual(['1']);
  });
});
