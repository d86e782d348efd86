import type { Config } from '../config/config.ts';
import { createApp } from '../gateway/gateway.ts';
import type { ListeningAddress } from '../http/listen.ts';

export interface RunOptions {
  readonly config: Config;
  /** Settles when it is to stop. */
  readonly stopSignal: Promise<void>;
  /** Tells others where it listens; what they may wait for, `/ready`, comes after it. */
  readonly onListening?: (address: ListeningAddress) => void | Promise<void>;
}

/** Ctrl+C, a supervisor, and the end of the terminal. */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

// npm passes on the signal that a terminal has sent to us already: one Ctrl+C comes twice.
const sameSignalMs = 500;

/** Settles with the first signal to stop; another one, a little later, ends the process at once. */
export function waitForStopSignal(): Promise<void> {
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

/** Runs the gateway until the stop signal, then drains and ends it. Rejects when it cannot start, with nothing left. */
export async function runGateway(options: RunOptions): Promise<void> {
  const app = createApp(options.config);
  try {
    await app.listen(options.onListening);
    await options.stopSignal;
  } finally {
    await app.close();
  }
}
