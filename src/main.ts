import { createApp, type ListeningAddress } from './app.ts';
import { ConfigError } from './config/config-error.ts';
import type { Config } from './config.ts';

export interface RunOptions {
  readonly config: Config;
  /** Settles with the first SIGINT or SIGTERM. */
  readonly stopSignal: Promise<void>;
  /** Tells others where it listens; what they may wait for, `/ready`, comes after it. */
  readonly onListening?: (address: ListeningAddress) => void | Promise<void>;
}

// npm passes on the signal that a terminal has sent to us already: one Ctrl+C comes twice.
const sameSignalMs = 500;

/** Settles with the first SIGINT or SIGTERM; another one, a little later, ends the process at once. */
export function waitForStopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const stop = (): void => {
      first ??= performance.now();
      if (performance.now() - first > sameSignalMs) process.exit(130);
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}

/** One sentence for the person who starts us. */
export function startFailure(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return 'The port is taken by another process: stop it, or set PORT to another one.';
  if (code === 'EACCES') return 'This user may not listen on that port: set PORT to one above 1023.';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'HOST is not an address of this machine.';
  return error instanceof Error ? error.message : String(error);
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
