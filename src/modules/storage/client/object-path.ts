import { AppError } from '../../../lib/app-error.ts';
import { badInput } from '../../../lib/bad-input.ts';
import { encodeSegment } from '../../../upstream/http/request-target.ts';

/** S3's limit, which Storage takes over. Names of buckets are shorter; beyond this no server takes the URL. */
const maxPathBytes = 1024;
/** What the file systems have of one segment. S3 knows no segments. */
const maxSegmentBytes = 255;

/** Text that no server on the way can be asked with: NUL, a backslash, half of a surrogate pair. */
const unspeakable = /[\0\\]|\p{Surrogate}/u;

/** Why no file can have this path; undefined for one that may be. Which characters are allowed is Storage's to say. */
export function pathFault(path: string): string | undefined {
  if (path === '') return 'must not be empty.';
  if (Buffer.byteLength(path) > maxPathBytes) return `must not be longer than ${maxPathBytes} bytes.`;
  // Some server on the way would take it for a way up.
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) {
    return 'must not hold "." or ".." as a segment.';
  }
  return unspeakable.test(path) ? 'holds a character that is not allowed.' : undefined;
}

/** Throws BAD_USER_INPUT for paths that no file can have. */
export function checkPath(path: string, argument = 'path'): string {
  const fault = pathFault(path);
  if (fault !== undefined) throw badInput([argument], `${argument} ${fault}`);
  return path;
}

/** The beginning of paths. Throws BAD_USER_INPUT for text that begins none. */
export function checkPrefix(prefix: string): string {
  if (Buffer.byteLength(prefix) > maxPathBytes) {
    throw badInput(['prefix'], `prefix must not be longer than ${maxPathBytes} bytes.`);
  }
  if (unspeakable.test(prefix)) throw badInput(['prefix'], 'prefix holds a character that is not allowed.');
  return prefix;
}

/** For a file that is about to be made: `checkPath`, and no slash in front, which would be part of its name. */
export function checkNewPath(path: string, argument = 'path'): string {
  if (path.startsWith('/')) throw badInput([argument], `${argument} must not begin with a slash.`);
  return checkPath(path, argument);
}

/** `bucket/path` as a piece of a URL. Empty segments are kept: they are part of the name. */
export function encodeObject(bucket: string, path: string): string {
  return `${encodeBucket(bucket)}/${checkPath(path).split('/').map(encodeURIComponent).join('/')}`;
}

/** The id of a bucket as a piece of a URL. Throws BAD_USER_INPUT for text that no bucket can have. */
export function encodeBucket(id: string, argument = 'bucket'): string {
  if (Buffer.byteLength(id) > maxPathBytes) {
    throw badInput([argument], `${argument} must not be longer than ${maxPathBytes} bytes.`);
  }
  return encodeSegment(id);
}

/**
 * For the failure of a call that stores a file at `path`. Storage on a file system says of a long segment only that
 * something went wrong inside; on S3 it stores the file, so it cannot be refused before.
 */
export function blameSegments(path: string, argument = 'path'): (error: unknown) => never {
  return (error) => {
    const failed = error instanceof AppError && error.code === 'UPSTREAM_ERROR';
    if (failed && path.split('/').some((segment) => Buffer.byteLength(segment) > maxSegmentBytes)) {
      throw badInput([argument], `${argument} has a segment of more than ${maxSegmentBytes} bytes.`);
    }
    throw error;
  };
}
