import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DatabaseGateway, startDatabaseGateway } from '../../support/database-gateway.ts';
import { gql } from '../../support/gql.ts';

let database: DatabaseGateway;
beforeAll(async () => {
  database = await startDatabaseGateway();
});
afterAll(async () => await database?.close());

const dump = await readFile(join(import.meta.dirname, 'input', 'dump.sql'), 'utf8');
const migrate = async (version: string, sql: string) => {
  const { data, errors } = await database.ask(
    gql(
      `mutation ($input: RunMigrationInput!) { runMigration(input: $input) { applied migration { statements } } }`,
    ),
    { input: { version, name: 'dump', sql } },
  );
  return { payload: data?.runMigration, error: errors[0] };
};

it('a dump with data names the line of its COPY, and applies nothing', async () => {
  const { error } = await migrate('1', dump);
  expect(error).toMatchObject({
    message: expect.stringMatching(/^COPY with its data .* INSERT/),
    extensions: { code: 'BAD_SQL', line: 4 },
  });
  const { data } = await database.ask(
    gql(`{ sql(statement: "select to_regclass('public.cities') as it") { values } }`),
  );
  expect(data.sql.values).toEqual([[null]]);
});

it('a dump of the structure alone is applied without the lines for psql', async () => {
  const { payload, error } = await migrate('2', dump.replace(/^COPY.*?\\\.\n/ms, ''));
  expect(error).toBeUndefined();
  expect(payload).toMatchObject({ applied: true });
  expect(payload.migration.statements.join()).not.toContain('\\');
});

it.each([
  ['\\connect other\nselect 1;', 1, '\\connect'],
  ["select '\\\\x';\n  \\i more.sql\n", 2, '\\i'],
  ['select 1;\nselect 2 \\gset\n', 2, '\\gset'],
  ['\\restrict k\n\nselect 1;\n\\!\n\\unrestrict k', 4, '\\!'],
  ['select 1;\n\\.\n', 2, '\\.'],
])('another command of psql is named with its line: %j', async (sql, line, name) => {
  const { error } = await migrate('3', sql);
  expect(error).toMatchObject({ extensions: { code: 'BAD_SQL', line } });
  expect(error?.message).toContain(`${name},`);
});

it('an error of the SQL before them speaks first, at its own line', async () => {
  const { error } = await migrate('4', '\\restrict k\nselect 1;\nselekt 2;\n\\connect x\n');
  expect(error).toMatchObject({ extensions: { code: 'BAD_SQL', line: 3, sqlState: '42601' } });
});

it('what looks like them inside of a text, a comment or a function stays as it is', async () => {
  const sql = String.raw`
-- \connect nobody
/* \i
nothing */
create table kept (t text default '
\restrict x', "\restrict
y" int);
create function kept() returns text language sql as $_$ select '
\restrict
COPY x FROM stdin;' $_$;
insert into kept values (E'\'\\
\restrict x');`;
  const { payload, error } = await migrate('5', sql);
  expect(error).toBeUndefined();
  expect(payload.migration.statements.join('\n').match(/\\restrict/g)).toHaveLength(4);
  // Around them the lines for psql are skipped all the same.
  const around = `\\restrict k\n${sql.replaceAll('kept', 'again')};\n\\unrestrict k\n`;
  expect(
    (await migrate('6', around)).payload.migration.statements.join('\n').match(/\\restrict/g),
  ).toHaveLength(4);
});
