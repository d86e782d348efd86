import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DatabaseGateway, startDatabaseGateway } from '../support/database-gateway.ts';
import { gql } from '../support/gql.ts';

let database: DatabaseGateway;
beforeAll(async () => {
  database = await startDatabaseGateway({ MAX_BODY: '8mb' });
});
afterAll(async () => await database?.close());

const units = [
  "'",
  '"',
  '$',
  '\\',
  '-',
  '/',
  '(',
  ';',
  'a',
  ' ',
  '\n',
  '{',
  'é',
  '/*',
  '/*+',
  '$a$',
  "E'",
  '--\n',
];
/** Short ones are parsed in the thread that answers everybody. */
const texts: [number, string][] = [
  ...["'", '(', '/*', '/**/'].flatMap((unit): [number, string][] => [
    [60_000, unit],
    [100_000, unit],
  ]),
  ...units.map((unit): [number, string] => [1_000_000, unit]),
];

describe('a text of one character many times over is answered soon', () => {
  it.each(texts)('%d characters of %j as a statement, a parameter and a migration', async (size, unit) => {
    const text = unit.repeat(size / unit.length);
    const { data, errors } = await database.ask(
      gql(`query ($text: String!, $params: [JSON]) {
        statement: sql(statement: $text, timeout: "5s") { rowCount }
        parameter: sql(statement: "select length($1::text), cardinality($2::text[])", params: $params) { values }
      }`),
      { text, params: [text, [text, text]] },
    );
    for (const { extensions } of errors) expect(extensions.code).toMatch(/^BAD_/);
    expect(data.parameter).toEqual({ values: [[[...text].length, 2]] });
    const migrate = async (sql: string) =>
      await database.ask(
        gql(`mutation ($input: RunMigrationInput!) { runMigration(input: $input) { applied } }`),
        { input: { version: '1', name: 'long', sql, dryRun: true } },
      );
    for (const sql of [text, `\\restrict a\n${text}`, `copy t from stdin;\n${text}`]) {
      for (const { extensions } of (await migrate(sql)).errors) expect(extensions.code).toMatch(/^BAD_/);
    }
  });
});
