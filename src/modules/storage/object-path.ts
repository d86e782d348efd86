import { AppError } from '../../lib/app-error.ts';
import { encodeSegment } from '../../upstream/request-path.ts';

/** S3's limit, which Storage takes over. */
const maxPathBytes = 1024;

function badPath(argument: string, message: string): AppError {
  return new AppError('BAD_USER_INPUT', message, { details: { issues: [{ path: [argument], message }] } });
}

/**
 * Throws BAD_USER_INPUT for paths that no file can have: empty, too long, or with a segment that some server on the
 * way would take for a way up. Which characters are allowed is Storage's to say.
 */
export function checkPath(path: string, argument = 'path'): string {
  if (path === '') throw badPath(argument, `${argument} must not be empty.`);
  if (Buffer.byteLength(path) > maxPathBytes) {
    throw badPath(argument, `${argument} must not be longer than ${maxPathBytes} bytes.`);
  }
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) {
    throw badPath(argument, `${argument} must not hold "." or ".." as a segment.`);
  }
  if (/[\0\\]|\p{Surrogate}/u.test(path))
    throw badPath(argument, `${argument} holds a character that is not allowed.`);
  return path;
}

/** For a file that is about to be made: `checkPath`, and no slash in front, which would be part of its name. */
export function checkNewPath(path: string, argument = 'path'): string {
  if (path.startsWith('/')) throw badPath(argument, `${argument} must not begin with a slash.`);
  return checkPath(path, argument);
}

/** `bucket/path` as a piece of a URL. Empty segments are kept: they are part of the name. */
export function encodeObject(bucket: string, path: string): string {
  return `${encodeSegment(bucket)}/${checkPath(path).split('/').map(encodeURIComponent).join('/')}`;
}
