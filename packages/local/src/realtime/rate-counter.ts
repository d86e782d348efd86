/** Counts events and averages them over ticks of 5 s, at most a minute back, as the real server's counters do. */
export interface RateCounter {
  /** Counts one event; false when the average is over the limit. */
  admit(): boolean;
  close(): void;
}

const TICK_MS = 5000;
const MAX_TICKS = 12;

export function createRateCounter(perSecond: number): RateCounter {
  const ticks: number[] = [];
  let current = 0;
  let average = 0;
  const timer = setInterval(() => {
    ticks.push(current);
    if (ticks.length > MAX_TICKS) ticks.shift();
    current = 0;
    average = ticks.reduce((sum, count) => sum + count, 0) / ticks.length / (TICK_MS / 1000);
  }, TICK_MS);
  timer.unref();
  return {
    admit() {
      current += 1;
      return average < perSecond;
    },
    close() {
      clearInterval(timer);
    },
  };
}
