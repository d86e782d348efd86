import { AppError } from '../../../../lib/app-error.ts';
import type { Modification } from '../compile/modification.ts';
import { isFlat, type RowStatement } from '../compile/row-shape.ts';
import type { Write, WriteAnswer } from '../compile/write-query.ts';
import {
  answerWritten,
  type WrittenFacts,
  writeAndAnswer,
  writeAndNote,
} from '../compile/write-statement.ts';
import type { StatementAnswer, WriteRun } from './write-run.ts';

type Modify = (statement: RowStatement) => Modification;

/**
 * Changes rows and answers. What is related to them is read by a second statement, where the rows can be found again: the
 * first one sees all tables as they were before. Throws CONFLICT where there are more rows than `atMost`.
 */
export async function changeRows(
  run: WriteRun,
  write: Write,
  modify: Modify,
  atMost?: number,
): Promise<StatementAnswer> {
  const { answer, foundBy } = write;
  if (foundBy === undefined || !readsRelations(answer)) return await changeAtOnce(run, write, modify, atMost);
  const facts = await run.facts((statement) => writeAndNote(statement, modify(statement), foundBy.columns));
  if (atMost !== undefined && facts.affected > atMost) throw tooManyRows(atMost);
  return await answerAbout(run, write, facts);
}

/** The same with one statement, for which related rows are as they were before. */
export async function changeAtOnce(
  run: WriteRun,
  { answer }: Write,
  modify: Modify,
  atMost?: number,
): Promise<StatementAnswer> {
  const answered = await run.answer((statement) =>
    writeAndAnswer(statement, modify(statement), answer, atMost),
  );
  if (answered.text === null && atMost !== undefined) throw tooManyRows(atMost);
  return answered;
}

/** The answer about rows that were written by other statements. `facts` has the columns of the key that finds them. */
export async function answerAbout(
  run: WriteRun,
  { table, foundBy, answer }: Write,
  facts: WrittenFacts,
): Promise<StatementAnswer> {
  if (answer.kind === 'row' && facts.rows.length === 0) return { text: null, truncated: [] };
  return await run.answer((statement) =>
    answerWritten(statement, table, foundBy?.columns ?? [], facts, answer),
  );
}

function readsRelations(answer: WriteAnswer): boolean {
  if (answer.kind === 'row') return !isFlat(answer.select);
  return answer.select.some((selected) => selected.kind === 'returning' && !isFlat(selected.select));
}

function tooManyRows(atMost: number): AppError {
  return new AppError('CONFLICT', `More than ${atMost} rows are meant: none of them was changed.`, {
    details: { reason: 'too_many_rows', atMost },
  });
}
