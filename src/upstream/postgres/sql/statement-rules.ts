import { AppError } from '../../../lib/app-error.ts';
import type { StatementClass } from './statement-class.ts';
import type { ParsedSql } from './statement-parser.ts';
import { endOfComment, endOfLine } from './text-places.ts';

/** How `sql` runs a statement: through a cursor, or plainly because no cursor can be declared for it. */
export type ReadMode = 'cursor' | 'plain';

/** Throws BAD_SQL for what is not exactly one reading statement. What does not parse is left to the server. */
export function readModeOf(parsed: ParsedSql): ReadMode {
  const statement = onlyStatement(parsed);
  if (statement === undefined || statement.cursor) return 'cursor';
  if (statement.reads) return 'plain';
  throw refused(`${statement.name} is not a reading statement; use executeSql.`, statement);
}

/** The one statement of a text; undefined when it does not parse. Throws BAD_SQL for none or several. */
export function onlyStatement(parsed: ParsedSql): StatementClass | undefined {
  if (!parsed.parsed) return undefined;
  const [first, ...more] = parsed.statements;
  if (first === undefined) throw new AppError('BAD_SQL', 'There is no statement in the text.');
  if (more.length > 0) {
    const count = parsed.statements.length;
    throw new AppError(
      'BAD_SQL',
      `One statement is taken, not ${count}; use executeTransaction for several.`,
      {
        details: { statements: count },
      },
    );
  }
  return first;
}

/** Procedures and blocks may commit on their own, and can do so outside of a transaction alone. */
export function mayCommit({ name }: StatementClass): boolean {
  return name === 'CALL' || name === 'DO';
}

/** Throws BAD_SQL for statements that would take over or outlive a connection that callers share. */
export function refuseSessionTakeover(statement: StatementClass | undefined, text: string): void {
  if (statement === undefined ? looksLikeCopyStream(text) : statement.copyStream) {
    throw new AppError('BAD_SQL', 'COPY from STDIN or to STDOUT has no place to stream to here.');
  }
  if (statement?.listen) {
    throw refused('LISTEN needs a connection of its own; use a subscription.', statement);
  }
}

/**
 * Throws BAD_SQL for BEGIN, COMMIT and their like (`blocks` alone lets savepoints through, and looks at the beginning
 * of a text that did not parse).
 */
export function refuseTransactionControl(
  statement: StatementClass | undefined,
  which: 'all' | 'blocks',
  text: string,
): void {
  if (statement === undefined && which === 'blocks' && looksLikeTransactionControl(text)) {
    throw new AppError('BAD_SQL', 'This would begin or end the transaction, which is ours to do.');
  }
  const control = statement?.transactionControl;
  if (statement === undefined || control === undefined) return;
  if (which === 'blocks' && control === 'savepoint') return;
  throw refused(
    which === 'all'
      ? `${statement.name} has no effect on its own; use executeTransaction.`
      : `${statement.name} would begin or end the transaction, which is ours to do.`,
    statement,
  );
}

function refused(message: string, statement: StatementClass): AppError {
  return new AppError('BAD_SQL', message, { details: { kind: statement.name } });
}

/**
 * For texts that the parser does not understand. The driver answers such a COPY with a stream, and an error on it
 * that nobody awaits ends the process.
 */
function looksLikeCopyStream(text: string): boolean {
  return /^copy\b/i.test(skipBlank(text)) && /\b(?:stdin|stdout)\b/i.test(text);
}

function looksLikeTransactionControl(text: string): boolean {
  return /^(?:begin|start|commit|end|abort|rollback|prepare\b.*\btransaction)\b/is.test(skipBlank(text));
}

/** The text without the white space, semicolons and (nested) comments at its start. */
function skipBlank(text: string): string {
  let at = 0;
  for (;;) {
    at += /^[\s;]*/.exec(text.slice(at))?.[0].length ?? 0;
    if (text.startsWith('--', at)) {
      at = endOfLine(text, at);
    } else if (text.startsWith('/*', at)) {
      at = endOfComment(text, at);
    } else {
      return text.slice(at);
    }
  }
}
