import type { IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';
import { AppError } from '../../lib/app-error.ts';
import { watchPace } from '../watch-pace.ts';

/** What is still read of an upload whose answer came early. */
export const drainBytes = 64 * 1024;
/** Longest wait for a body that is read as a whole. */
const wholeBodyMs = 10_000;

function tooLarge(limit: number): AppError {
  return new AppError('PAYLOAD_TOO_LARGE', `The body is over the limit of ${limit} bytes.`, {
    details: { limit },
  });
}

/** Throws PAYLOAD_TOO_LARGE when the announced length is over the limit. */
export function checkAnnouncedLength(request: IncomingMessage, limit: number): void {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
}

/**
 * The request's bytes with back-pressure, counted; fails with PAYLOAD_TOO_LARGE, and with TIMEOUT when the sender moves
 * nothing for `paceMs` though it could. Ending it leaves the request alone.
 */
export function countedBody(request: IncomingMessage, limit: number, paceMs: number): Transform {
  let seen = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > limit) done(tooLarge(limit));
      else done(null, chunk);
    },
  });
  request.once('close', () => {
    if (!request.complete) counted.destroy(new Error('the client has left'));
  });
  const stopWatching = watchPace({
    spanMs: paceMs,
    moved: () => seen,
    heldBack: () => request.complete || counted.writableNeedDrain,
    onStill: () => counted.destroy(new AppError('TIMEOUT', 'The body came too slowly.')),
  });
  counted.once('close', stopWatching);
  request.once('close', stopWatching);
  // Nobody else listens once the answer is there; the failure itself is told through the answer.
  counted.on('error', () => undefined);
  request.pipe(counted);
  return counted;
}

/** The whole body. Throws PAYLOAD_TOO_LARGE, and TIMEOUT when it does not come within ten seconds. */
export async function readWholeBody(
  request: IncomingMessage,
  limit: number,
  paceMs: number,
): Promise<Buffer> {
  checkAnnouncedLength(request, limit);
  const chunks: Buffer[] = [];
  const counted = countedBody(request, limit, paceMs);
  const timer = setTimeout(
    () => counted.destroy(new AppError('TIMEOUT', 'The body did not come in time.')),
    wholeBodyMs,
  );
  try {
    for await (const chunk of counted) {
      if (Buffer.isBuffer(chunk)) chunks.push(chunk);
    }
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks);
}
