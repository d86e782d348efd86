import { createHash } from 'node:crypto';

/** Runs one call per key at a time: whoever comes meanwhile gets the same outcome. Nothing is kept once it settles. */
export interface SingleFlight<T> {
  run(key: string, start: () => Promise<T>): Promise<T>;
}

/** The key may be a secret: only its hash is held. */
export function createSingleFlight<T>(): SingleFlight<T> {
  const flights = new Map<string, Promise<T>>();
  return {
    run(key, start) {
      const hash = createHash('sha256').update(key).digest('base64');
      const flying = flights.get(hash);
      if (flying !== undefined) return flying;
      const flight = start().finally(() => flights.delete(hash));
      flights.set(hash, flight);
      return flight;
    },
  };
}
