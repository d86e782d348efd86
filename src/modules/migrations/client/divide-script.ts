import { AppError, withDetails } from '../../../lib/app-error.ts';
import { badArgument } from '../../../lib/bad-input.ts';
import type { StatementClass } from '../../../upstream/postgres/sql/statement-class.ts';
import type { StatementParser } from '../../../upstream/postgres/sql/statement-parser.ts';
import {
  refuseSessionTakeover,
  refuseTransactionControl,
} from '../../../upstream/postgres/sql/statement-rules.ts';
import {
  endOfComment,
  endOfLine,
  lineAt,
  newlines,
  unitsOf,
} from '../../../upstream/postgres/sql/text-places.ts';
import { type PsqlScript, readPsqlScript } from './psql-script.ts';

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

/** A script in its parts. */
export interface DividedScript {
  readonly statements: readonly ScriptStatement[];
  /** Why it must not be run, with `index` and `line`: it takes over the connection, or begins or ends transactions. */
  readonly refusal: AppError | undefined;
}

/**
 * Divides a script at its semicolons, as Postgres' own grammar sees them. There may be no statement in it. Throws
 * BAD_SQL with `line`, and with `index` and SQLSTATE where they are known, for what does not parse.
 */
export async function divideScript(script: string, parser: StatementParser): Promise<DividedScript> {
  let sql = script;
  let parsed = await parser.parse(sql);
  if (!parsed.parsed) {
    const psql = readPsqlScript(script);
    if (psql.sql !== script) {
      sql = psql.sql;
      parsed = await parser.parse(sql);
    }
    if (!parsed.parsed) throw await unparsable(sql, parsed.syntaxError, psql.refusal, parser);
  }
  const statements = pieces(sql, parsed.statements);
  return { statements, refusal: refusalOf(statements) };
}

function refusalOf(statements: readonly ScriptStatement[]): AppError | undefined {
  for (const [index, { kind, line }] of statements.entries()) {
    try {
      refuseSessionTakeover(kind, '');
      refuseTransactionControl(kind, 'blocks', '');
    } catch (error) {
      if (error instanceof AppError) return withDetails(error, { index, line });
      throw error;
    }
  }
  return undefined;
}

/**
 * The statements of a script that undoes something. Throws as `divideScript`, for what must not be run, and where there
 * are none.
 */
export async function divideDown(
  script: string,
  parser: StatementParser,
): Promise<readonly ScriptStatement[]> {
  const { statements, refusal } = await divideScript(script, parser);
  if (refusal !== undefined) throw refusal;
  if (!hasStatement(statements)) throw badArgument('down', 'there is no statement in it; leave it out');
  return statements;
}

/** Whether there is more in it than comments. */
export function hasStatement(statements: readonly ScriptStatement[]): boolean {
  return statements.some(({ kind }) => kind !== undefined);
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

type SyntaxError = { readonly message: string; readonly position: number } | undefined;

async function unparsable(
  script: string,
  error: SyntaxError,
  psql: PsqlScript['refusal'],
  parser: StatementParser,
): Promise<AppError> {
  if (error === undefined) {
    if (psql !== undefined) return psql.error;
    return new AppError('BAD_SQL', 'The script could not be divided into statements.', {
      privileged: { sqlState: '54001' },
    });
  }
  const at = unitsOf(script, error.position - 1);
  // The data of a COPY, or what a command of psql left behind.
  if (psql !== undefined && psql.at <= at) return psql.error;
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
