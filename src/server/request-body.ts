import type { IncomingMessage } from 'node:http';
import { AppError } from '../lib/app-error.ts';
import { watchPace } from './watch-pace.ts';

function tooLarge(limit: number): AppError {
  return new AppError('PAYLOAD_TOO_LARGE', `The request body is over the limit of ${limit} bytes.`, {
    details: { limit },
  });
}

/**
 * The whole body, at most `limit` bytes. Rejects with PAYLOAD_TOO_LARGE at the first byte over it, declared or not,
 * with BAD_USER_INPUT when the client leaves in the middle, and with TIMEOUT when it only holds the connection.
 */
export function readBody(request: IncomingMessage, limit: number, paceMs = 30_000): Promise<Buffer> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limit) return Promise.reject(tooLarge(limit));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const stopWatching = watchPace({
      spanMs: paceMs,
      moved: () => size,
      heldBack: () => request.complete,
      onStill: () => {
        request.removeAllListeners('data');
        reject(new AppError('TIMEOUT', 'The request came too slowly.'));
      },
    });
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        stopWatching();
        request.removeAllListeners('data');
        reject(tooLarge(limit));
      } else {
        chunks.push(chunk);
      }
    });
    request.once('end', () => {
      stopWatching();
      const only = chunks[0];
      resolve(chunks.length === 1 && only ? only : Buffer.concat(chunks, size));
    });
    const cut = (cause?: unknown): void =>
      reject(new AppError('BAD_USER_INPUT', 'The request body ended early.', { cause }));
    request.once('error', cut);
    request.once('close', () => {
      stopWatching();
      if (!request.complete) cut();
    });
  });
}
