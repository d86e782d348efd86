import { badInput } from '../../../lib/bad-input.ts';
import type { JsonPath } from '../../../upstream/postgres/rows/compile/query.ts';

const mostSteps = 32;

/**
 * Reads a path into a JSON value: keys with points between them, indexes in brackets, `a.b[0].c`; a key with such
 * characters in quotes, `["a.b"]`. Throws BAD_USER_INPUT at `place`.
 */
export function parseJsonPath(text: string, place: readonly string[]): JsonPath {
  const steps: string[] = [];
  const wrong = (): Error =>
    badInput(place, 'A path into JSON must be keys and indexes such as a.b[0] or ["a key"].');
  let at = 0;
  while (at < text.length) {
    if (steps.length === mostSteps) {
      throw badInput(place, `A path into JSON must not have more than ${mostSteps} steps.`);
    }
    if (text[at] === '[') {
      const end = text.indexOf(']', at);
      const inside = text.slice(at + 1, end);
      if (end === -1) throw wrong();
      const key = quoted(inside);
      if (key === undefined && !isIndex(inside)) throw wrong();
      steps.push(key ?? inside);
      at = end + 1;
      if (text[at] === '.') at += 1;
      continue;
    }
    const end = endOfKey(text, at);
    if (end === at) throw wrong();
    steps.push(text.slice(at, end));
    at = text[end] === '.' ? end + 1 : end;
    if (text[end] === '.' && at === text.length) throw wrong();
  }
  if (steps.length === 0) throw wrong();
  return steps;
}

function endOfKey(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== '.' && text[at] !== '[') at += 1;
  return at;
}

function quoted(text: string): string | undefined {
  const isQuoted = text.length >= 2 && text.startsWith('"') && text.endsWith('"');
  return isQuoted ? text.slice(1, -1) : undefined;
}

function isIndex(text: string): boolean {
  return /^-?\d{1,9}$/.test(text);
}
