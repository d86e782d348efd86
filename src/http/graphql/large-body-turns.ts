import { createFairLine } from '../../lib/fair-line.ts';

/** Bytes that take as long to look at as many small requests. */
const large = 64 * 1024;

/** Comes back at once for a small body, for a large one when it is its client's turn. */
export type LargeBodyTurns = (client: string, bytes: number) => Promise<void> | undefined;

/**
 * Lets one large body go on in each turn of the event loop, of each client in turns: forty that have come together
 * would be parsed one after another, and nobody else be answered meanwhile.
 */
export function createLargeBodyTurns(): LargeBodyTurns {
  const line = createFairLine<() => void>();
  let running = false;
  const next = (): void => {
    const go = line.take();
    running = go !== undefined;
    if (go === undefined) return;
    go();
    // What it has set going runs before, and the network is looked at.
    setImmediate(next);
  };
  return (client, bytes) => {
    if (bytes < large) return undefined;
    return new Promise((resolve) => {
      line.add(client, resolve);
      if (running) return;
      running = true;
      setImmediate(next);
    });
  };
}
