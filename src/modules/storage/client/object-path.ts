import { AppError } from '../../../lib/app-error.ts';
import { badInput } from '../../../lib/bad-input.ts';
import { encodeSegment, segmentFault } from '../../../upstream/http/request-target.ts';

/** S3's limit, which Storage takes over. Names of buckets are shorter; beyond this no server takes the URL. */
const maxPathBytes = 1024;
/** What the file systems have of one segment. S3 knows no segments. */
const maxSegmentBytes = 255;

/** Text that no server on the way can be asked with: NUL, a backslash, half of a surrogate pair. */
const unspeakable = /[\0\\]|\p{Surrogate}/u;

/**
 * What is wrong with `argument`, as a sentence, where no file can have this path. Which characters are allowed is
 * Storage's to say.
 */
export function pathFault(path: string, argument = 'path'): string | undefined {
  if (path === '') return `${argument} must not be empty.`;
  if (Buffer.byteLength(path) > maxPathBytes) return tooLong(argument);
  // Some server on the way would take it for a way up.
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) {
    return `${argument} must not hold "." or ".." as a segment.`;
  }
  return unspeakable.test(path) ? `${argument} holds a character that is not allowed.` : undefined;
}

/** The same of a file that is about to be made: no slash in front either, which would be part of its name. */
export function newPathFault(path: string, argument: string): string | undefined {
  return path.startsWith('/') ? `${argument} must not begin with a slash.` : pathFault(path, argument);
}

/** The same of the beginning of paths. */
export function prefixFault(prefix: string): string | undefined {
  if (Buffer.byteLength(prefix) > maxPathBytes) return tooLong('prefix');
  return unspeakable.test(prefix) ? 'prefix holds a character that is not allowed.' : undefined;
}

/** The same of the id of a bucket. */
export function bucketFault(id: string, argument: string): string | undefined {
  return Buffer.byteLength(id) > maxPathBytes ? tooLong(argument) : segmentFault(id);
}

function tooLong(argument: string): string {
  return `${argument} must not be longer than ${maxPathBytes} bytes.`;
}

/**
 * `bucket/path` as a piece of a URL. Empty segments are kept: they are part of the name. Throws BAD_USER_INPUT for
 * paths that nobody can ask for: lists may have such, too.
 */
export function encodeObject(bucket: string, path: string): string {
  const fault = pathFault(path);
  if (fault !== undefined) throw badInput(['path'], fault);
  return `${encodeSegment(bucket)}/${path.split('/').map(encodeURIComponent).join('/')}`;
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
