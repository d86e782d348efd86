import { badInput } from '../../lib/bad-input.ts';
import { decodeOnce } from '../../lib/decode-once.ts';

/**
 * True for paths at which URLs are signed, also once a gateway before Storage has decoded them or has taken several
 * slashes for one.
 */
export function isSigning(segments: readonly string[]): boolean {
  const [first, second] = segments
    .map((segment) => decodeOnce(segment) ?? segment)
    .join('/')
    .split('/')
    .filter((part) => part !== '');
  return first === 'object' && second === 'sign';
}

/**
 * Throws BAD_USER_INPUT when the body of a request to sign URLs asks for a longer time than we give. A body without a
 * time is Storage's to refuse; one that cannot be read is refused here, as Storage might read it otherwise.
 */
export function checkSigningTime(body: Buffer, maxMs: number): void {
  if (body.length === 0) return;
  const given = timeIn(body);
  // Storage takes text for a number too.
  const seconds = typeof given === 'string' ? Number(given) : given;
  const max = Math.floor(maxMs / 1000);
  if (seconds === undefined || (typeof seconds === 'number' && seconds <= max)) return;
  throw badInput(
    ['expiresIn'],
    `expiresIn must be a number of seconds, at most ${max}: ask for a shorter time.`,
  );
}

function timeIn(body: Buffer): unknown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch {
    throw badInput([], 'The body must be JSON.');
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  return 'expiresIn' in parsed ? parsed.expiresIn : undefined;
}
