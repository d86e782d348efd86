import { z } from 'zod';

const commentEdge = /\/\*|\*\//g;

/** Where the line after the one of `at` begins. */
export function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end + 1;
}

/** Where the comment ends whose `/*` stands at `at`; comments nest. The end of the text where it is left open. */
export function endOfComment(text: string, at: number): number {
  let depth = 0;
  commentEdge.lastIndex = at;
  for (let edge = commentEdge.exec(text); edge !== null; edge = commentEdge.exec(text)) {
    depth += edge[0] === '/*' ? 1 : -1;
    if (depth === 0) return commentEdge.lastIndex;
  }
  return text.length;
}

/** How many lines end between two places. */
export function newlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

/** The line, from 1, of a position in UTF-16 units. */
export function lineAt(text: string, position: number): number {
  return 1 + newlines(text, 0, position);
}

/** What operators are made of, to the scanner that Postgres and our parser share. */
const operatorSigns = /[~!@#^&|`?+\-*/%<>=]+/g;
const longestRun = 500;
const mostOpenings = 50;

/**
 * Whether the scanner would take the square of the text's length: at each `/*` it looks to the end of all signs that
 * stand in a row, and then goes back. In Postgres nothing can interrupt it.
 */
function isSlowToScan(text: string): boolean {
  for (const [run] of text.matchAll(operatorSigns)) {
    if (run.length > longestRun && run.split('/*', mostOpenings + 2).length > mostOpenings + 1) return true;
  }
  return false;
}

/** SQL that somebody wrote, or a name that goes into it. */
export const sqlText = z
  .string()
  .refine((text) => !text.includes('\0'), 'contains a NUL character')
  .refine((text) => !/\p{Surrogate}/u.test(text), 'contains half of a surrogate pair')
  .refine((text) => !isSlowToScan(text), 'has too many comments in a row without a space between them');
