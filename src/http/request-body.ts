import type { IncomingMessage } from 'node:http';
import { AppError } from '../lib/app-error.ts';
import { badInput } from '../lib/bad-input.ts';
import type { ByteHold } from '../lib/byte-budget.ts';
import { usualSpanMs, watchPace } from './watch-pace.ts';

export interface BodyLimits {
  /** Bytes that anybody may send. */
  readonly most: number;
  /** Asked once where that is not enough: what this caller may send. */
  raised(): Promise<number>;
  /** Where the bytes are counted that wait in memory. */
  readonly hold: ByteHold;
  /** A client must send some bytes in every such span. @default `usualSpanMs` */
  readonly paceMs?: number;
}

function bodyTooLarge(limit: number): AppError {
  return new AppError('PAYLOAD_TOO_LARGE', `The request body is over the limit of ${limit} bytes.`, {
    details: { limit },
  });
}

/** The process holds as much of what clients sent as it may. */
export function noRoomForBody(): AppError {
  return new AppError('RATE_LIMITED', 'Too much of what clients send is in memory: try again.', {
    details: { retryAfter: 1 },
  });
}

/**
 * The whole body. Rejects with PAYLOAD_TOO_LARGE at the first byte over its limit, declared or not, with RATE_LIMITED
 * where memory is short, with BAD_USER_INPUT when the client leaves in the middle, and with TIMEOUT when it only holds
 * the connection.
 */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  let limit = limits.most;
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limit) limit = await limits.raised();
  if (declared > limit) throw bodyTooLarge(limit);
  if (request.destroyed) throw endedEarly();
  return await new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let raising = false;
    const stopWatching = watchPace({
      spanMs: limits.paceMs ?? usualSpanMs,
      moved: () => size,
      heldBack: () => request.complete || raising,
      onStill: () => fail(new AppError('TIMEOUT', 'The request came too slowly.')),
    });
    const fail = (error: unknown): void => {
      stopWatching();
      request.removeAllListeners('data');
      chunks.length = 0;
      reject(error);
    };
    const raise = async (): Promise<void> => {
      raising = true;
      request.pause();
      limit = await limits.raised();
      raising = false;
      if (size > limit) fail(bodyTooLarge(limit));
      else request.resume();
    };
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (!limits.hold.grow(chunk.length)) {
        fail(noRoomForBody());
        return;
      }
      chunks.push(chunk);
      if (size <= limit || raising) return;
      if (limit === limits.most) raise().catch(fail);
      else fail(bodyTooLarge(limit));
    });
    request.once('end', () => {
      stopWatching();
      const only = chunks[0];
      resolve(chunks.length === 1 && only ? only : Buffer.concat(chunks, size));
    });
    const cut = (cause?: unknown): void => reject(endedEarly(cause));
    request.once('error', cut);
    request.once('close', () => {
      stopWatching();
      if (!request.complete) cut();
    });
  });
}

function endedEarly(cause?: unknown): AppError {
  return badInput([], 'The request body ended early.', { cause });
}
