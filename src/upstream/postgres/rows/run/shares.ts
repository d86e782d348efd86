import { setMaxListeners } from 'node:events';
import { type AcquireQueue, createAcquireQueue } from '../../acquire-queue.ts';

/** Connections that everybody may have a bounded number of at a time, so that some are left for others. */
export interface Shares {
  /**
   * Takes a place of `owner`, who waits for himself where all of his are taken; gives what frees it. Rejects as a pool does
   * when that lasts too long or `signal` aborts.
   */
  take(owner: string, signal: AbortSignal, timeoutMs: number): Promise<() => void>;
}

interface Share {
  taken: number;
  readonly waiting: AcquireQueue<undefined>;
}

/** `waitMs`: how long somebody waits for a place at most. */
export function createShares(mostPerOwner: number, waitMs: number): Shares {
  // Who has no place is not in it.
  const byOwner = new Map<string, Share>();
  return {
    async take(owner, signal, timeoutMs) {
      const share = byOwner.get(owner) ?? { taken: 0, waiting: createAcquireQueue<undefined>(waitMs) };
      byOwner.set(owner, share);
      if (share.taken < mostPerOwner) {
        share.taken += 1;
      } else {
        // One operation may hold many that wait: that is no leak worth a warning.
        setMaxListeners(0, signal);
        await share.waiting.wait(signal, timeoutMs);
      }
      return () => {
        if (share.waiting.size > 0) {
          share.waiting.give(undefined);
          return;
        }
        share.taken -= 1;
        if (share.taken === 0) byOwner.delete(owner);
      };
    },
  };
}
