import type { AppError } from '../../lib/app-error.ts';
import { badInput } from '../../lib/bad-input.ts';

const badName = 'A name in the path is empty, is "." or "..", or is not valid text.';

type QueryValue = string | number | boolean | undefined | readonly (string | number | boolean)[];
export type Query = Readonly<Record<string, QueryValue>>;

/** What is wrong with a name, as a sentence, where no path can have it as a segment. */
export function segmentFault(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return badName;
  // A lone surrogate makes encodeURIComponent throw a URIError.
  return /\p{Surrogate}/u.test(name) || name.includes('\0') ? badName : undefined;
}

/** One path segment from a name that a caller chose. Throws BAD_USER_INPUT for `.`, `..` and the empty name. */
export function encodeSegment(name: string): string {
  if (segmentFault(name) !== undefined) throw badPath();
  return encodeURIComponent(name);
}

/** A path of several segments, such as an object's name; slashes stay. Throws BAD_USER_INPUT as encodeSegment. */
export function encodeSegments(path: string): string {
  return path.split('/').map(encodeSegment).join('/');
}

/** `prefix` + `path` + query. `path` is encoded already and begins with a slash. Throws BAD_USER_INPUT. */
export function requestTarget(prefix: string, path: string, query?: Query): string {
  const target = prefix + (path.startsWith('/') ? path : `/${path}`);
  const [pathname = ''] = target.split('?', 1);
  if (pathname.split('/').some(isDotSegment)) throw badPath();
  if (query === undefined) return target;
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  const text = search.toString();
  if (text === '') return target;
  return target + (target.includes('?') ? '&' : '?') + text;
}

/** Some server on the way may decode once more than the next, and then a name would climb out of its folder. */
function isDotSegment(segment: string): boolean {
  return /^(?:\.|%(?:25)*2e){1,2}$/i.test(segment);
}

function badPath(): AppError {
  return badInput([], badName);
}
