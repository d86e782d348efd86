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

const comments = await readFile(join(import.meta.dirname, 'input', 'migration.sql'), 'utf8');

it.each([
  ['of comments', '20260101000000', comments, [comments.trim()]],
  ['that is empty', '20260101000001', '', []],
  ['of white space', '20260101000002', ' \n\t\r\n', []],
  ['of semicolons', '20260101000003', ';;\n;', []],
])(
  'a migration %s is applied, recorded and applied already the next time',
  async (_what, version, sql, statements) => {
    for (const [change, applied] of [
      [{ dryRun: true }, false],
      [{}, true],
      [{}, false],
      [{ transactional: false }, false],
    ] as const) {
      const { data, errors } = await database.ask(
        gql(
          `mutation ($input: RunMigrationInput!) { runMigration(input: $input) { applied migration { state statements } } }`,
        ),
        { input: { version, name: 'placeholder', sql, ...change } },
      );
      expect(errors).toEqual([]);
      expect(data.runMigration).toEqual({ applied, migration: { state: 'APPLIED', statements } });
    }
  },
);
