import postgresJs from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src/lib/app-error.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { proxyPostgres } from '../support/postgres-proxy.ts';
import { anon, rowsCall, rowsRunner, sql } from '../support/rows-runner.ts';

let postgres: TestPostgres;
let admin: postgresJs.Sql;

beforeAll(async () => {
  postgres = await startTestPostgres();
  admin = postgresJs(postgres.urlFor('supabase_admin'), { max: 1, onnotice: () => undefined });
  await admin.unsafe(`
    create table public.notes (id int primary key, text text);
    create table public.later (id int unique deferrable initially deferred);
    create sequence public.tries;
    grant all on public.notes, public.later, public.tries to anon;
    create function public.flaky(state text, failures int) returns text language plpgsql as $$
      begin
        if nextval('public.tries') <= failures then raise 'not yet' using errcode = state; end if;
        return 'done';
      end $$;
  `);
});
afterAll(async () => {
  await admin.end();
  await postgres.stop();
});
beforeEach(async () => {
  await admin.unsafe('truncate public.notes, public.later; alter sequence public.tries restart');
});

const insert = (id: number) =>
  sql(`insert into public.notes values ($1::int, 'a') returning to_json(id)::text`, [String(id)]);
const notes = async () => (await admin`select id from public.notes order by id`).map((row) => row['id']);

describe.each(['session', 'transaction'] as const)('a write, with a pooler in %s mode', (pooler) => {
  const start = () => rowsRunner(postgres, { pooler });

  it('is one transaction, whose answers come before it is committed', async () => {
    await using runner = start();
    const seen: unknown[] = [];
    const result = await runner.write(anon, rowsCall(), async ({ run }) => {
      const answers = [(await run(insert(1))).text, (await run(insert(2))).text];
      seen.push(...(await notes()));
      return answers;
    });
    const open = await admin`
      select 1 from pg_stat_activity where usename = 'bunbun_rows' and state like 'idle in transaction%'`;
    expect(open.length).toBe(0);
    expect({ result, seen, after: await notes() }).toEqual({ result: ['1', '2'], seen: [], after: [1, 2] });
  });

  it('is undone by a statement that fails, whatever is done about it', async () => {
    await using runner = start();
    const swallowing = runner.write(anon, rowsCall(), async ({ run }) => {
      await run(insert(1));
      await run(insert(1)).catch(() => undefined);
      await run(insert(2)).catch(() => undefined);
    });
    await expect(swallowing).rejects.toMatchObject({ code: 'CONFLICT', statement: 1 });
    expect(await notes()).toEqual([]);
    await runner.write(anon, rowsCall(), ({ run }) => run(insert(3)));
    expect(await notes()).toEqual([3]);
  });

  it('is undone by an error of its own, which passes as it is', async () => {
    await using runner = start();
    const own = new Error('changed my mind');
    const failing = runner.write(anon, rowsCall(), async ({ run }) => {
      await run(insert(1));
      throw own;
    });
    await expect(failing).rejects.toBe(own);
    const refusing = runner.write(anon, rowsCall(), async ({ run }) => {
      await run(insert(1));
      throw new AppError('CONFLICT', 'It was changed.', { details: { reason: 'changed' } });
    });
    await expect(refusing).rejects.toMatchObject({ code: 'CONFLICT', details: { reason: 'changed' } });
    expect(await notes()).toEqual([]);
  });

  it('is undone when its caller leaves before it is committed', async () => {
    await using runner = start();
    const caller = new AbortController();
    const leaving = runner.write(anon, rowsCall({ signal: caller.signal }), async ({ run }) => {
      await run(insert(1));
      caller.abort();
    });
    await expect(leaving).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(await notes()).toEqual([]);
  });

  it('is undone when its time is over before it is committed', async () => {
    await using runner = start();
    const late = runner.write(anon, rowsCall({ timeoutMs: 1_500 }), async ({ run }) => {
      await run(insert(1));
      await run(sql('select pg_sleep(20)::text'));
    });
    await expect(late).rejects.toMatchObject({ code: 'TIMEOUT', statement: 1 });
    expect(await notes()).toEqual([]);
    await runner.write(anon, rowsCall(), ({ run }) => run(insert(2)));
    expect(await notes()).toEqual([2]);
  });

  it('is undone when its answers are too large together', async () => {
    await using runner = start();
    const large = runner.write(anon, rowsCall({ maxBytes: 1_000 }), async ({ run }) => {
      await run(insert(1));
      await run(sql("select repeat('x', 600)"));
      await run(sql("select repeat('x', 600)"));
    });
    await expect(large).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    expect(await notes()).toEqual([]);
  });

  it('is undone by a constraint that is checked at its end, which is no single statement of it', async () => {
    await using runner = start();
    const failing = runner.write(anon, rowsCall(), async ({ run }) => {
      await run(insert(1));
      await run(sql('insert into public.later values (1), (1) returning id::text'));
    });
    await expect(failing).rejects.toMatchObject({ code: 'CONFLICT', statement: undefined });
    expect(await notes()).toEqual([]);
  });

  it.each(['40001', '40P01'])('is done once more after %s', async (state) => {
    await using runner = start();
    let calls = 0;
    const result = await runner.write(anon, rowsCall(), async ({ run }) => {
      calls += 1;
      await run(insert(calls));
      return (await run(sql(`select public.flaky('${state}', 1)`))).text;
    });
    expect({ result, calls, after: await notes() }).toEqual({ result: 'done', calls: 2, after: [2] });
  });

  it('is given up after it has failed twice', async () => {
    await using runner = start();
    const failing = runner.write(anon, rowsCall(), ({ run }) => run(sql(`select public.flaky('40001', 2)`)));
    await expect(failing).rejects.toMatchObject({ code: 'CONFLICT', details: { retryable: true } });
  });
});

it('two writes that wait for each other are both done', async () => {
  await using runner = rowsRunner(postgres, { max: 2 });
  await admin`insert into public.notes values (1, ''), (2, '')`;
  const append = (id: number, text: string) =>
    sql('update public.notes set text = text || $2 where id = $1::int returning text', [String(id), text]);
  let waiting = 0;
  let release = (): void => undefined;
  const bothHold = new Promise<void>((resolve) => {
    release = resolve;
  });
  const write = (first: number, second: number, text: string) =>
    runner.write(anon, rowsCall(), async ({ run }) => {
      await run(append(first, text));
      waiting += 1;
      if (waiting === 2) release();
      await bothHold;
      await run(append(second, text));
    });
  await Promise.all([write(1, 2, 'a'), write(2, 1, 'b')]);
  const texts = await admin`select text from public.notes order by id`;
  expect(texts.map(({ text }) => [...String(text)].sort().join(''))).toEqual(['ab', 'ab']);
});

describe('a connection that is lost', () => {
  /** A runner whose connections break when `when` sees something that is sent, which Postgres gets or not. */
  async function breaking(when: (sent: Buffer) => boolean, arrives: boolean) {
    const proxy = await proxyPostgres(postgres.port, () => 'pass', {
      sent: (bytes) => {
        if (!when(bytes)) return bytes;
        if (arrives) proxy.loseAnswers();
        else proxy.reset();
        return bytes;
      },
    });
    const url = postgres.rowsUrl.replace(`:${postgres.port}/`, `:${proxy.port}/`);
    return { proxy, runner: rowsRunner(postgres, { url }) };
  }
  const isCommit = (sent: Buffer) => sent.includes('commit');

  it('before COMMIT has done nothing', async () => {
    const { proxy, runner } = await breaking((sent) => sent.includes('breaks here'), false);
    await using _ = proxy;
    await using __ = runner;
    const failing = runner.write(anon, rowsCall(), async ({ run }) => {
      await run(insert(1));
      await run(sql(`select 'breaks here'`));
    });
    await expect(failing).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(await notes()).toEqual([]);
  });

  it('after COMMIT was sent leaves it open whether it was done', async () => {
    const { proxy, runner } = await breaking(isCommit, true);
    await using _ = proxy;
    await using __ = runner;
    const failing = runner.write(anon, rowsCall(), ({ run }) => run(insert(1)));
    await expect.poll(() => proxy.lost).toBeGreaterThan(0);
    proxy.cut();
    await expect(failing).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(await notes()).toEqual([1]);
  });

  it('with the answer of COMMIT outstanding is no success for a caller who leaves', async () => {
    const { proxy, runner } = await breaking(isCommit, true);
    await using _ = proxy;
    await using __ = runner;
    const caller = new AbortController();
    const failing = runner.write(anon, rowsCall({ signal: caller.signal }), ({ run }) => run(insert(1)));
    await expect.poll(() => proxy.lost).toBeGreaterThan(0);
    caller.abort();
    await expect(failing).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
  });
});
