import { AppError } from '../../lib/app-error.ts';
import type { StatementClass } from './statement-class.ts';
import type { StatementParser } from './statement-parser.ts';
import { refuseSessionTakeover, refuseTransactionControl } from './statement-rules.ts';

/** A piece of a script as it is stored: the statement with the comments before it, without its semicolon. */
export interface ScriptStatement {
  readonly text: string;
  /** Line of its first character in the script, from 1. */
  readonly line: number;
  /** Where it begins in the script, in UTF-16 units. */
  readonly start: number;
  /** Undefined for a piece that is only comments: it is stored, as the Supabase CLI does, but not run. */
  readonly kind: StatementClass | undefined;
}

/**
 * Divides a script at its semicolons, as Postgres' own grammar sees them. Throws BAD_SQL with `index`, `line` and
 * SQLSTATE for what does not parse, takes over the connection, or begins or ends transactions; BAD_USER_INPUT when
 * there is no statement in it.
 */
export async function divideScript(script: string, parser: StatementParser): Promise<ScriptStatement[]> {
  const parsed = await parser.parse(script);
  if (!parsed.parsed) throw await unparsable(script, parsed.syntaxError, parser);
  const statements = pieces(script, parsed.statements);
  if (parsed.statements.length === 0) {
    const message = 'sql: there is no statement in it';
    throw new AppError('BAD_USER_INPUT', message, { details: { issues: [{ path: ['sql'], message }] } });
  }
  for (const [index, { kind, line }] of statements.entries()) {
    try {
      refuseSessionTakeover(kind, '');
      refuseTransactionControl(kind, 'blocks', '');
    } catch (error) {
      throw error instanceof AppError ? withPlace(error, index, line) : error;
    }
  }
  return statements;
}

function pieces(script: string, parsed: readonly StatementClass[]): ScriptStatement[] {
  const found: ScriptStatement[] = [];
  let line = 1;
  let counted = 0;
  const add = (from: number, to: number, kind: StatementClass | undefined): void => {
    const raw = script.slice(from, to);
    const text = raw.trim();
    if (text === '') return;
    const start = from + raw.indexOf(text);
    line += newlines(script, counted, start);
    counted = start;
    found.push({ text, line, start, kind });
  };
  let from = 0;
  for (const kind of parsed) {
    // Between two statements there is nothing but white space, comments and semicolons.
    for (const end of semicolons(script, from, kind.start)) {
      add(from, end, undefined);
      from = end + 1;
    }
    add(from, kind.end, kind);
    from = kind.end;
  }
  for (const end of semicolons(script, from, script.length)) {
    add(from, end, undefined);
    from = end + 1;
  }
  add(from, script.length, undefined);
  return found;
}

const commentOrSemicolon = /--|\/\*|;/g;
const commentEdge = /\/\*|\*\//g;

/** Positions of the semicolons of a stretch that holds only white space, comments and semicolons. */
function* semicolons(script: string, from: number, to: number): Generator<number> {
  let at = from;
  while (at < to) {
    commentOrSemicolon.lastIndex = at;
    const mark = commentOrSemicolon.exec(script);
    if (mark === null || mark.index >= to) return;
    if (mark[0] === ';') {
      yield mark.index;
      at = mark.index + 1;
    } else {
      at = mark[0] === '--' ? endOfLine(script, mark.index) : endOfComment(script, mark.index);
    }
  }
}

function endOfLine(script: string, at: number): number {
  const end = script.indexOf('\n', at);
  return end === -1 ? script.length : end + 1;
}

/** Comments nest. */
function endOfComment(script: string, at: number): number {
  let depth = 0;
  commentEdge.lastIndex = at;
  for (let edge = commentEdge.exec(script); edge !== null; edge = commentEdge.exec(script)) {
    depth += edge[0] === '/*' ? 1 : -1;
    if (depth === 0) return commentEdge.lastIndex;
  }
  return script.length;
}

function newlines(script: string, from: number, to: number): number {
  let count = 0;
  for (let at = script.indexOf('\n', from); at !== -1 && at < to; at = script.indexOf('\n', at + 1))
    count += 1;
  return count;
}

/** The line, from 1, of a position in UTF-16 units. */
export function lineAt(script: string, position: number): number {
  return 1 + newlines(script, 0, position);
}

/** Postgres counts characters, JavaScript UTF-16 units. */
export function unitsOf(script: string, characters: number): number {
  let units = 0;
  for (let left = characters; left > 0 && units < script.length; left -= 1) {
    units += (script.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
  }
  return units;
}

type SyntaxError = { readonly message: string; readonly position: number } | undefined;

async function unparsable(script: string, error: SyntaxError, parser: StatementParser): Promise<AppError> {
  if (error === undefined) {
    return new AppError('BAD_SQL', 'The script could not be divided into statements.', {
      privileged: { sqlState: '54001' },
    });
  }
  const at = unitsOf(script, error.position - 1);
  const index = await indexOf(script, at, parser);
  return new AppError('BAD_SQL', 'The script has a syntax error; nothing was run.', {
    details: { ...(index === undefined ? {} : { index }), line: lineAt(script, at) },
    privileged: { sqlState: '42601', databaseMessage: error.message, position: error.position },
  });
}

/** Counts the statements before the error: a semicolon of theirs is one up to which the script parses. */
async function indexOf(script: string, at: number, parser: StatementParser): Promise<number | undefined> {
  let end = at;
  for (let attempt = 0; attempt < 8; attempt += 1) {
    end = end === 0 ? -1 : script.lastIndexOf(';', end - 1);
    if (end === -1) return 0;
    const start = script.slice(0, end + 1);
    const before = await parser.parse(start);
    // Else the semicolon is one of a comment or an empty statement.
    if (before.parsed && before.statements.at(-1)?.end === end)
      return pieces(start, before.statements).length;
  }
  return undefined;
}

/** The same error with the place of the statement it is about. */
export function withPlace(error: AppError, index: number, line: number): AppError {
  return new AppError(error.code, error.message, {
    cause: error.cause,
    details: { ...error.details, index, line },
    privileged: error.privileged,
  });
}
