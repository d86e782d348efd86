import { AppError } from '../../../../lib/app-error.ts';
import { deletion, updating } from '../compile/modification.ts';
import type { StatementLimits } from '../compile/statement.ts';
import type {
  ChosenRows,
  DeleteQuery,
  UpdateManyQuery,
  UpdateQuery,
  WriteQuery,
} from '../compile/write-query.ts';
import { matchStatement, type WrittenFacts, writeAndNote } from '../compile/write-statement.ts';
import type { Table } from '../model/model.ts';
import { callFunction } from './call-function.ts';
import { answerAbout, changeAtOnce, changeRows } from './change-rows.ts';
import { insertObjects } from './insert-objects.ts';
import { createWriteRun, type RunStatement, type StatementAnswer, type WriteRun } from './write-run.ts';

/**
 * Does what `query` asks for; the answer is null where there is no row. It takes one statement, and more where one cannot
 * do it: another one that reads what is related to the rows that were written or that a function gave; one for each row
 * that others refer to in the same insert; one for each of several updates; and one that finds out why `ifMatch` has met no
 * row. Throws BAD_USER_INPUT for values that cannot be what they are given for, and CONFLICT where rows are not as the
 * caller wants them to be: what was done by then must not be committed.
 */
export async function performWrite(
  query: WriteQuery,
  limits: StatementLimits,
  runStatement: RunStatement,
): Promise<StatementAnswer> {
  const run = createWriteRun(runStatement, limits);
  switch (query.kind) {
    case 'insert':
      return await insertObjects(run, query);
    case 'update':
      return await updateRows(run, query);
    case 'updateMany':
      return await updateMany(run, query);
    case 'delete':
      return await deleteRows(run, query);
    case 'changingCall':
      return await callFunction(run, query.query);
  }
}

async function updateRows(run: WriteRun, query: UpdateQuery): Promise<StatementAnswer> {
  const { table, rows, changes } = query;
  const answer = await changeRows(
    run,
    query,
    (statement) => updating(statement, table, rows, changes, []),
    mostOf(rows),
  );
  return await unlessChanged(run, table, rows, answer);
}

async function updateMany(run: WriteRun, query: UpdateManyQuery): Promise<StatementAnswer> {
  const { table, updates, foundBy } = query;
  let affected = 0;
  // The row of each key once, at its first place.
  const keys = new Map<string, WrittenFacts['rows'][number]>();
  for (const [index, { where, changes }] of updates.entries()) {
    const chosen = { kind: 'where', where, atMost: undefined } as const;
    const facts = await run.facts((statement) =>
      writeAndNote(
        statement,
        updating(statement, table, chosen, changes, ['updates', String(index)]),
        foundBy.columns,
      ),
    );
    affected += facts.affected;
    for (const key of facts.rows) keys.set(JSON.stringify(key), key);
  }
  const rows = [...keys.values()].slice(0, run.maxRows);
  return await answerAbout(run, query, { affected, inserted: 0, rows });
}

async function deleteRows(run: WriteRun, query: DeleteQuery): Promise<StatementAnswer> {
  const { table, rows } = query;
  // Afterwards nothing would be related to them.
  const answer = await changeAtOnce(
    run,
    query,
    (statement) => deletion(statement, table, rows),
    mostOf(rows),
  );
  return await unlessChanged(run, table, rows, answer);
}

function mostOf(rows: ChosenRows): number | undefined {
  return rows.kind === 'where' ? rows.atMost : undefined;
}

/** Throws CONFLICT where a row was not written because it is not as `ifMatch` says. */
async function unlessChanged(
  run: WriteRun,
  table: Table,
  rows: ChosenRows,
  answer: StatementAnswer,
): Promise<StatementAnswer> {
  if (answer.text !== null || rows.kind !== 'key' || rows.ifMatch === undefined) return answer;
  const { ifMatch } = rows;
  const { text } = await run.answer((statement) => matchStatement(statement, table, rows, ifMatch));
  if (text !== 'false') return answer;
  throw new AppError('CONFLICT', 'The row is not as `ifMatch` says: somebody has changed it.', {
    details: { reason: 'changed' },
  });
}
