import { withoutLocalStack } from './without-local-stack.ts';

/** Ctrl+C, a supervisor, and the end of the terminal. */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

// npm passes on the signal that a terminal has sent to us already: one Ctrl+C comes twice.
const sameSignalMs = 500;

/** Settles with the first signal to stop; another one, a little later, ends the process at once. */
function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const stop = (): void => {
      first ??= performance.now();
      if (performance.now() - first > sameSignalMs) process.exit(130);
      resolve();
    };
    for (const signal of stopSignals) process.on(signal, stop);
  });
}

/**
 * What ends a command, each a promise of its own: a signal, and with `endWithParent` the end of the process that
 * started it. Rejects where they cannot all be had, before anything starts.
 */
export async function endings(endWithParent: boolean): Promise<readonly Promise<void>[]> {
  const signal = firstSignal();
  if (!endWithParent) return [signal];
  const { starterIsGone } = await import('bunbun-local').catch(withoutLocalStack);
  return [signal, starterIsGone()];
}
