import type { AppError } from '../../lib/app-error.ts';
import { badInput } from '../../lib/bad-input.ts';
import { decodeOnce } from '../../lib/decode-once.ts';

/** A request target taken apart once: what is checked here is what is sent. */
export interface PassPath {
  /** As it came, without the query. */
  readonly raw: string;
  /** With the question mark; empty without a query. */
  readonly search: string;
  /** Decoded once, as upstreams route by them. */
  readonly segments: readonly string[];
}

function climbs(text: string): boolean {
  return /[\\\0]/.test(text) || text.split('/').some((part) => part === '.' || part === '..');
}

function notPassed(): AppError {
  return badInput([], 'The path of this request cannot be passed on.');
}

/**
 * Takes a request target apart. Throws BAD_USER_INPUT for segments that are `.` or `..` after one or two decodings, a
 * backslash, NUL or a broken escape, and for a fragment, which some gateways cut off; other bytes are kept.
 */
export function parsePassPath(target: string): PassPath {
  if (target.includes('#')) throw notPassed();
  const query = target.indexOf('?');
  const raw = query === -1 ? target : target.slice(0, query);
  const search = query === -1 ? '' : target.slice(query);
  const segments: string[] = [];
  for (const part of raw.split('/').slice(1)) {
    const once = decodeOnce(part);
    const twice = once === undefined ? undefined : (decodeOnce(once) ?? once);
    if (once === undefined || twice === undefined || [part, once, twice].some(climbs)) {
      throw notPassed();
    }
    segments.push(once);
  }
  return { raw, search, segments };
}

/**
 * True when decoded segments fit a pattern such as `admin/users/:id`. `:name` is one segment that is not empty. `**` at
 * the end is whatever follows, or nothing; without it nothing may follow but one slash.
 */
export function fitsPattern(pattern: string, segments: readonly string[]): boolean {
  const parts = pattern.split('/');
  const open = parts.at(-1) === '**';
  const fixed = open ? parts.slice(0, -1) : parts;
  const fits = fixed.every((part, index) => {
    const segment = segments[index];
    if (!part.startsWith(':')) return part === segment;
    return segment !== undefined && segment !== '' && !segment.includes('/');
  });
  const [next, ...rest] = segments.slice(fixed.length);
  return fits && (open || next === undefined || (next === '' && rest.length === 0));
}
