import { setTimeout as sleep } from 'node:timers/promises';
import { backOff } from '../../lib/back-off.ts';
import type { Deadline } from './deadline.ts';
import { UpstreamFailure } from './failure.ts';

const firstDelayMs = 50;
const longestDelayMs = 1_000;

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
    const delayMs = backOff(attempt, firstDelayMs, longestDelayMs);
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
