import { AppError } from '../../../lib/app-error.ts';
import { endOfComment, endOfLine, lineAt } from '../../../upstream/postgres/sql/text-places.ts';

/** A script without what concerns psql alone, at the same places. */
export interface PsqlScript {
  readonly sql: string;
  /** The first thing that psql takes and Postgres does not. */
  readonly refusal: { readonly at: number; readonly error: AppError } | undefined;
}

/** What stands for itself in SQL, so that nothing in it is a command or ends a statement. */
const mark = /['"$;\\]|--|\/\*|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/g;
const dollarQuote = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const command = /\\[a-z!?.]{0,20}/y;

/**
 * Looks for what psql does with a script on its own: `\restrict` and `\unrestrict`, which pg_dump writes around it, are
 * blanked; other commands, and COPY with its data in the script, are refused.
 */
export function readPsqlScript(script: string): PsqlScript {
  const kept: string[] = [];
  let keptTo = 0;
  let at = 0;
  let begin: { readonly word: string; readonly at: number } | undefined;
  let last = '';
  let fromStdin = false;
  const result = (refusal?: PsqlScript['refusal']): PsqlScript => ({
    sql: kept.length === 0 ? script : kept.join('') + script.slice(keptTo),
    refusal,
  });

  for (;;) {
    mark.lastIndex = at;
    const found = mark.exec(script);
    if (found === null) return result();
    const [text] = found;
    const { index } = found;
    at = index + text.length;
    if (text === '\\') {
      command.lastIndex = index;
      const [name = ''] = command.exec(script) ?? [];
      const end = endOfLine(script, index);
      if (name !== '\\restrict' && name !== '\\unrestrict') return result(notTaken(script, index, name));
      kept.push(script.slice(keptTo, index), script.slice(index, end).replace(/[^\r\n]/g, ' '));
      keptTo = end;
      at = end;
    } else if (text === ';') {
      if (begin?.word === 'copy' && fromStdin) return result(copyData(script, begin.at));
      begin = undefined;
      fromStdin = false;
    } else if (text === "'") {
      at = endOfString(script, at, last === 'e' && script.charAt(index - 1).toLowerCase() === 'e');
    } else if (text === '"') {
      at = after(script, '"', at);
    } else if (text === '--') {
      at = endOfLine(script, index);
    } else if (text === '/*') {
      at = endOfComment(script, index);
    } else if (text === '$') {
      dollarQuote.lastIndex = index;
      const [quote] = dollarQuote.exec(script) ?? [];
      if (quote !== undefined) at = after(script, quote, index + quote.length);
    } else {
      // No word that matters is longer.
      const word = text.length > 8 ? '' : text.toLowerCase();
      begin ??= { word, at: index };
      fromStdin ||= last === 'from' && word === 'stdin';
      last = word;
    }
  }
}

function after(script: string, quote: string, at: number): number {
  const end = script.indexOf(quote, at);
  return end === -1 ? script.length : end + quote.length;
}

function endOfString(script: string, at: number, escapes: boolean): number {
  if (!escapes) return after(script, "'", at);
  for (let end = at; end < script.length; end += 1) {
    const char = script.charAt(end);
    if (char === '\\') end += 1;
    else if (char === "'") return end + 1;
  }
  return script.length;
}

function notTaken(script: string, at: number, name: string): PsqlScript['refusal'] {
  const message = `Commands of psql, such as ${name}, are not taken here: leave the line out.`;
  return { at, error: new AppError('BAD_SQL', message, { details: { line: lineAt(script, at) } }) };
}

function copyData(script: string, at: number): PsqlScript['refusal'] {
  const message =
    'COPY with its data in the script is for psql alone: write INSERT, as pg_dump --inserts does.';
  return { at, error: new AppError('BAD_SQL', message, { details: { line: lineAt(script, at) } }) };
}
