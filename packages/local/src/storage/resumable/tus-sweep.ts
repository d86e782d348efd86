import type { LocalLog } from '../../lib/log.ts';
import type { TusDepot } from './tus-depot.ts';

const hourMs = 60 * 60 * 1000;
const abandonedMs = 24 * hourMs;

/**
 * Removes abandoned uploads now and every hour, until stopped. A failure is only logged: the next round tries again.
 * Resolves after the first round.
 */
export async function startTusSweep(
  depot: TusDepot,
  log: LocalLog,
  everyMs = hourMs,
): Promise<{ stop(): Promise<void> }> {
  let running = Promise.resolve();
  const run = () => {
    running = running
      .then(() => depot.sweep(abandonedMs))
      .catch((error: unknown) => {
        log.warn({ error: String(error) }, 'removing abandoned uploads failed');
      });
  };
  run();
  const timer = setInterval(run, everyMs);
  timer.unref();
  await running;
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
