import { setTimeout as sleep } from 'node:timers/promises';
import type { Deadline } from './deadline.ts';
import { UpstreamFailure } from './failure.ts';

const baseDelayMs = 50;
const maxDelayMs = 1_000;

/** Full jitter: anything from nothing to the doubled bound, so that callers do not come back together. */
function retryDelayMs(attempt: number): number {
  return Math.random() * Math.min(maxDelayMs, baseDelayMs * 2 ** attempt);
}

function mayHelp(outcome: number | UpstreamFailure): boolean {
  return typeof outcome === 'number' ? outcome >= 502 && outcome <= 504 : outcome.kind === 'connection';
}

/** Runs `run`, and up to `retries` times more on connection errors and 502 to 504, all within the deadline. */
export async function withRetries<T extends { status: number }>(
  retries: number,
  deadline: Deadline,
  run: () => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    const delayMs = retryDelayMs(attempt);
    const mayRetry = attempt < retries && deadline.remainingMs > delayMs;
    try {
      const answer = await run();
      if (!mayRetry || !mayHelp(answer.status)) return answer;
    } catch (error) {
      if (!mayRetry || !(error instanceof UpstreamFailure) || !mayHelp(error)) throw error;
    }
    await sleep(delayMs, undefined, { signal: deadline.signal }).catch(() => undefined);
  }
}
