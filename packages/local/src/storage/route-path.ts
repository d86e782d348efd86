import { refuse } from './storage-error.ts';

/** Decoded segments of a path; a slash at the end adds none. Throws as Storage's router for a broken escape. */
export function pathSegments(path: string): string[] {
  const raw = path.split('/').slice(1);
  if (raw.at(-1) === '') raw.pop();
  return raw.map((segment) => decode(segment, path));
}

export interface ObjectPath {
  readonly bucket: string;
  readonly key: string;
}

/**
 * Bucket and key behind `prefix`, such as `/object/public/`. The key's bytes are kept as they are: empty segments,
 * dots and a slash at the end count. Undefined where there is no key and no slash for one.
 */
export function objectPath(path: string, prefix: string): ObjectPath | undefined {
  const rest = path.slice(prefix.length);
  const slash = rest.indexOf('/');
  if (slash < 0) return undefined;
  return { bucket: decode(rest.slice(0, slash), path), key: decode(rest.slice(slash + 1), path) };
}

/** A path without a key, such as `/object/sign/docs`. */
export function bucketPath(path: string, prefix: string): string {
  return decode(path.slice(prefix.length), path);
}

/** Storage answers broken escapes in its framework's own shape, with a number for a status. */
export class BadUrlError extends Error {}

function decode(text: string, path: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new BadUrlError(`'${path}' is not a valid url component`);
  }
}

export function requireObjectPath(path: string, prefix: string, method: string, url: string): ObjectPath {
  const found = objectPath(path, prefix);
  if (!found) throw refuse.noRoute(method, url);
  // Storage behaviour: a path this long is more than its router takes in.
  if (found.key.length > 2500) throw refuse.internal();
  return found;
}
