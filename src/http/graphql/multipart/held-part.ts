import { Readable } from 'node:stream';
import type { AppError } from '../../../lib/app-error.ts';
import type { HeldShare } from './held-bytes.ts';

/** A part that is kept in memory: it may be read late, and more than once. */
export interface HeldPart {
  /** Resolves when all of it is there; rejects with what keeps it from being whole. */
  readonly whole: Promise<void>;
  /** All of it, once it is whole. */
  read(): Readable;
  /** Forgets what is held, and lets what may come flow away. Without effect on a part that is whole. */
  fail(error: AppError): void;
}

const leastBlock = 1024;
const mostBlock = 64 * 1024;

/** What a part is too large for: a file, what its request may hold, or what is free in the process. */
export type HoldBound = 'file' | 'request' | 'process';

/** Takes `source` into memory of `share`. `refused` words what happens when it is too large for that. */
export function holdPart(
  source: Readable,
  { maxFileBytes, share }: { readonly maxFileBytes: number; readonly share: HeldShare },
  refused: (by: HoldBound) => AppError,
): HeldPart {
  // Copied, block by block: a chunk of one byte costs more than a hundred.
  let blocks: Buffer[] = [];
  let room = Buffer.alloc(0);
  let allocated = 0;
  let size = 0;
  let settled = false;
  let told: { resolve(): void; reject(error: AppError): void } | undefined;
  const whole = new Promise<void>((resolve, reject) => {
    told = { resolve, reject };
  });
  // Whoever opens the part is told; nobody may.
  whole.catch(() => undefined);

  function fail(error: AppError): void {
    if (settled) return;
    settled = true;
    share.give(allocated);
    blocks = [];
    told?.reject(error);
  }

  function add(chunk: Buffer): void {
    size += chunk.length;
    if (size > maxFileBytes) fail(refused('file'));
    let rest = chunk;
    while (rest.length > 0 && !settled) {
      if (room.length === 0) {
        const bytes = Math.min(mostBlock, Math.max(leastBlock, allocated));
        const bound = share.take(bytes);
        if (bound !== undefined) {
          fail(refused(bound));
          return;
        }
        allocated += bytes;
        room = Buffer.allocUnsafeSlow(bytes);
        blocks.push(room);
      }
      const copied = rest.copy(room);
      room = room.subarray(copied);
      rest = rest.subarray(copied);
    }
  }

  source.on('data', add);
  source.on('end', () => {
    if (settled) return;
    settled = true;
    const last = blocks.pop();
    if (last) blocks.push(last.subarray(0, last.length - room.length));
    told?.resolve();
  });
  return { whole, fail, read: () => Readable.from(blocks, { objectMode: false }) };
}
