import type { Server } from 'node:http';
import type { Logger } from '../observability/logger.ts';

export interface ShutdownStep {
  readonly name: string;
  run(): void | Promise<void>;
}

/** Runs `work` for at most `ms`; tells whether it ended in time. The work goes on either way. */
async function within(ms: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const inTime = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}

/**
 * Runs the steps in order, each bounded by `stepMs`; a step that fails or takes too long is logged and the next one
 * runs all the same, so that nothing is left running.
 */
export async function runShutdown(
  steps: readonly ShutdownStep[],
  stepMs: number,
  log: Logger,
): Promise<void> {
  for (const step of steps) {
    try {
      const inTime = await within(stepMs, Promise.resolve(step.run()));
      if (!inTime) log.warn({ step: step.name, stepMs }, 'shutdown step took too long');
    } catch (error) {
      log.error({ step: step.name, err: error }, 'shutdown step failed');
    }
  }
}

/** Between two looks for idle connections. */
const lookMs = 100;

/** Stops accepting, lets running requests finish for `graceMs` and closes idle connections, then cuts what is left. */
export async function closeHttpServer(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  const looking = setInterval(() => server.closeIdleConnections(), lookMs);
  if (!(await within(graceMs, closed))) {
    server.closeAllConnections();
    await closed;
  }
  clearInterval(looking);
}
