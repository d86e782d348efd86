import { z } from 'zod';

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
