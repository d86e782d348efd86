import { describe, expect, it } from 'vitest';
import { createStatementParser } from '../../../src/upstream/postgres/sql/statement-parser.ts';

const parser = createStatementParser();
const statementsOf = async (text: string, from = parser) => {
  const parsed = await from.parse(text);
  return parsed.parsed ? parsed.statements : undefined;
};
const firstOf = async (text: string) => (await statementsOf(text))?.[0];

describe('what a statement is', () => {
  it.each([
    ['select 1', 'SELECT', true, true],
    ['VALUES (1)', 'SELECT', true, true],
    ['table t', 'SELECT', true, true],
    ['with a as (select 1), b as (values (2)) select * from a, b', 'SELECT', true, true],
    ['show all', 'SHOW', true, false],
    ['explain delete from t', 'EXPLAIN', true, false],
    ['explain analyze select 1', 'EXPLAIN ANALYZE', true, false],
    ['explain (analyze false) delete from t', 'EXPLAIN', true, false],
    ['explain (analyze off) delete from t', 'EXPLAIN', true, false],
    ['explain (analyze 0) delete from t', 'EXPLAIN', true, false],
    ['explain (analyze 1) delete from t', 'EXPLAIN ANALYZE', false, false],
    ['explain (verbose, analyze) delete from t', 'EXPLAIN ANALYZE', false, false],
    ['explain analyze execute p', 'EXPLAIN ANALYZE', false, false],
    ['select 1 into t', 'SELECT INTO', false, false],
    ['select 1 into t union all select 2 union all select 3', 'SELECT INTO', false, false],
    ['select 1 for no key update', 'SELECT FOR UPDATE', false, false],
    ['with a as (update t set x = 1 returning 1) select 1', 'WITH … UPDATE', false, false],
    ['merge into t using s on true when matched then delete', 'MERGE', false, false],
    ['create table t (a int)', 'CREATE TABLE', false, false],
    ['alter table t add b int', 'ALTER TABLE', false, false],
    ['set local x = 1', 'SET', false, false],
    ['reset x', 'RESET', false, false],
    ['rollback to savepoint a', 'ROLLBACK TO', false, false],
    ['declare c cursor for select 1', 'DECLARE CURSOR', false, false],
  ])('%s is %s', async (text, name, reads, cursor) => {
    expect(await firstOf(text)).toMatchObject({ name, reads, cursor });
  });

  it.each([
    ['begin', 'block'],
    ['start transaction', 'block'],
    ['end', 'block'],
    ['abort', 'block'],
    ["prepare transaction 'x'", 'block'],
    ['savepoint a', 'savepoint'],
    ['release a', 'savepoint'],
    ['rollback to a', 'savepoint'],
    ["commit prepared 'x'", undefined],
    ["rollback prepared 'x'", undefined],
    ['set transaction read only', undefined],
  ])('transaction control of %s is %s', async (text, transactionControl) => {
    expect(await firstOf(text)).toMatchObject({ transactionControl });
  });

  it.each([
    ['copy t from stdin', true],
    ['copy (select 1) to stdout with csv', true],
    ["copy t from '/file'", false],
    ["copy t to program 'cat'", false],
  ])('%s takes the connection over: %s', async (text, copyStream) => {
    expect(await firstOf(text)).toMatchObject({ copyStream });
  });

  it('finds each statement in the text, also behind characters of several bytes', async () => {
    const text = 'select \'ü;\u{1f600}\'; /* ; */ select $$;$$;;\n-- ;\nselect "é" from x ';
    const parts = (await statementsOf(text))?.map(({ start, end }) => text.slice(start, end).trim());
    expect(parts).toEqual(["select 'ü;\u{1f600}'", 'select $$;$$', 'select "é" from x']);
  });

  it('finds no statement in blanks and comments', async () => {
    for (const text of ['', ' \n', '-- x', '/* a /* b */ */', ';;'])
      expect(await statementsOf(text)).toEqual([]);
  });

  it('reports a syntax error with its place', async () => {
    expect(await parser.parse('select 1 frm')).toMatchObject({ parsed: true });
    expect(await parser.parse('selec 1')).toMatchObject({ parsed: false, syntaxError: { position: 1 } });
  });

  it('says nothing about SQL that is too deep for the parser', async () => {
    expect(await parser.parse(`select ${'1+'.repeat(20_000)}1`)).toEqual({
      parsed: false,
      syntaxError: undefined,
    });
    expect(await firstOf('select 1')).toMatchObject({ name: 'SELECT' });
  });

  it('answers known texts at once, and long ones from a worker with the same verdict', async () => {
    await parser.parse('select 42');
    expect(parser.parse('select 42')).not.toBeInstanceOf(Promise);
    const inWorker = createStatementParser({ inlineLength: 0 });
    for (const text of [
      'with a as (delete from t returning 1) select 1 union select 2',
      'select 1 into t union select 2; copy t from stdin; explain (analyze) insert into t values (1); begin',
      "select 'ü'; listen x",
      'selec',
    ]) {
      expect(await inWorker.parse(text)).toEqual(await parser.parse(text));
    }
  });

  it('gives up on a text that takes the worker too long', async () => {
    const hasty = createStatementParser({ inlineLength: 0, workerTimeoutMs: 1 });
    expect(await hasty.parse('select 1')).toEqual({ parsed: false, syntaxError: undefined });
  });

  it('forgets what was used longest ago', async () => {
    const small = createStatementParser({ cachedTexts: 2 });
    const first = await small.parse('select 1');
    await small.parse('select 2');
    expect(await small.parse('select 1')).toBe(first);
    await small.parse('select 3');
    expect(await small.parse('select 1')).toBe(first);
    const second = await small.parse('select 2');
    expect(await small.parse('select 2')).toBe(second);
    await small.parse('select 4');
    await small.parse('select 5');
    expect(await small.parse('select 1')).not.toBe(first);
  });
});
