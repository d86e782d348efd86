import type { Timers } from '../lib/timers.ts';
import type { DrainTimes } from '../module/upgrade.ts';
import type { Connection } from './connection.ts';

/** Lets each socket leave in its turn, and resolves when all have. What is left in the end is cut. */
export async function drain(
  connections: ReadonlySet<Connection>,
  times: DrainTimes,
  timers: Timers,
): Promise<void> {
  if (connections.size === 0) return;
  const cancels: (() => void)[] = [];
  const later = (ms: number, run: () => void) => cancels.push(timers.after(ms, run));
  await new Promise<void>((resolve) => {
    for (const { socket, leave } of connections) {
      socket.once('close', () => {
        if (connections.size === 0) resolve();
      });
      later(times.graceMs + Math.random() * times.spreadMs, leave);
    }
    later(times.graceMs + times.spreadMs + times.closeMs, () => {
      for (const { socket } of connections) socket.terminate();
    });
  });
  for (const cancel of cancels) cancel();
}
