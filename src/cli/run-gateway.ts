import type { Config } from '../gateway/config.ts';
import { createGateway } from '../gateway/gateway.ts';
import type { ListeningAddress } from '../http/listen.ts';

export interface RunOptions {
  readonly config: Config;
  /** Settles when it is to stop. */
  readonly stopSignal: Promise<void>;
  /** Tells others where it listens; what they may wait for, `/ready`, comes after it. */
  readonly onListening?: (address: ListeningAddress) => void | Promise<void>;
}

/** Runs the gateway until the stop signal, then drains and ends it. Rejects when it cannot start, with nothing left. */
export async function runGateway(options: RunOptions): Promise<void> {
  const gateway = createGateway(options.config);
  try {
    await gateway.listen(options.onListening);
    await options.stopSignal;
  } finally {
    await gateway.close();
  }
}
