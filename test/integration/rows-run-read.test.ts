import postgresJs from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { anon, rowsCall, rowsRunner, sql, user } from '../support/rows-runner.ts';

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

const settings = (...names: string[]) =>
  sql(
    `select json_build_object(${names.map((name) => `'${name}', current_setting('${name}', true)`).join(', ')})`,
  );

describe('what a statement runs with', () => {
  it('is the role and the claims of its caller, and settings that fix the form of answers', async () => {
    await using runner = rowsRunner(postgres);
    const names = [
      'role',
      'request.jwt.claims',
      'request.method',
      'request.path',
      'request.headers',
      'search_path',
      'TimeZone',
      'DateStyle',
      'IntervalStyle',
      'bytea_output',
      'extra_float_digits',
      'statement_timeout',
      'transaction_isolation',
      'transaction_read_only',
      'jit',
    ];
    const caller = { ...user('some-user'), headers: { 'x-tenant': 'a' } };
    const [answer] = await runner.read(caller, [settings(...names)], rowsCall());
    expect(JSON.parse(answer?.text ?? '')).toEqual({
      role: 'authenticated',
      'request.jwt.claims': '{"role":"authenticated","sub":"some-user"}',
      'request.method': 'POST',
      'request.path': '/graphql',
      'request.headers': '{"x-tenant":"a"}',
      search_path: '"public", pg_temp',
      TimeZone: 'UTC',
      DateStyle: 'ISO, MDY',
      IntervalStyle: 'iso_8601',
      bytea_output: 'hex',
      extra_float_digits: '1',
      statement_timeout: '12s',
      transaction_isolation: 'repeatable read',
      transaction_read_only: 'on',
      jit: 'off',
    });
  });

  it('is gone with the transaction', async () => {
    await using runner = rowsRunner(postgres);
    await runner.read(user('one'), [sql('select 1')], rowsCall());
    const [answer] = await runner.read(anon, [settings('role', 'request.jwt.claims')], rowsCall());
    expect(JSON.parse(answer?.text ?? '')).toEqual({ role: 'anon', 'request.jwt.claims': '{"role":"anon"}' });
  });

  it("has the role's own settings, its lower time limit among them", async () => {
    const anons = new Map([
      ['statement_timeout', '3s'],
      ['work_mem', '5MB'],
      ['TimeZone', 'Asia/Tokyo'],
    ]);
    await using runner = rowsRunner(postgres, {
      environment: () => ({ roleSettings: new Map([['anon', anons]]) }),
    });
    const look = settings('statement_timeout', 'work_mem', 'TimeZone');
    const answers = [
      ...(await runner.read(anon, [look], rowsCall())),
      ...(await runner.read(user('x'), [look], rowsCall())),
    ];
    expect(answers.map(({ text }) => JSON.parse(text ?? ''))).toEqual([
      { statement_timeout: '3s', work_mem: '5MB', TimeZone: 'UTC' },
      { statement_timeout: '12s', work_mem: '4MB', TimeZone: 'UTC' },
    ]);
  });

  it('is one snapshot for all statements', async () => {
    await admin`create table public.counted as select 1 as n`;
    await admin`grant select on public.counted to anon`;
    await using runner = rowsRunner(postgres);
    const count = sql('select to_json(count(*)) from public.counted');
    const answers = runner.read(anon, [count, sql('select pg_sleep(0.3)::text'), count], rowsCall());
    await admin`insert into public.counted values (2)`;
    const [before, , after] = await answers;
    expect(after).toEqual(before);
  });
});

describe('a statement that fails', () => {
  it('says which one it was, and leaves nothing to the next one', async () => {
    await using runner = rowsRunner(postgres);
    const failing = runner.read(
      user('x'),
      [sql('select 1'), sql('select 1 / 0'), sql('select 2')],
      rowsCall(),
    );
    await expect(failing).rejects.toMatchObject({ code: 'BAD_USER_INPUT', statement: 1 });
    const [answer] = await runner.read(anon, [settings('role')], rowsCall());
    expect(answer?.text).toEqual('{"role" : "anon"}');
  });

  it.each(['service_role', 'postgres', 'missing'])(
    'for %s is the fault of the credential, where the login may not become it',
    async (role) => {
      await using runner = rowsRunner(postgres, { serviceUrl: postgres.rowsUrl });
      const failing = runner.read({ role, claims: {} }, [sql('select 1')], rowsCall());
      await expect(failing).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
        statement: 0,
        details: { reason: 'unknown_role' },
      });
    },
  );
});
