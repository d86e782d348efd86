/** Counts events and averages them over ticks of 5 s, at most a minute back, as the real server's counters do. */
export interface RateCounter {
  /** Counts one event; false when the average is over the limit. */
  admit(): boolean;
  close(): void;
}

const tickMs = 5000;
const maxTicks = 12;

export function createRateCounter(perSecond: number): RateCounter {
  const ticks: number[] = [];
  let current = 0;
  let average = 0;
  const timer = setInterval(() => {
    ticks.push(current);
    if (ticks.length > maxTicks) ticks.shift();
    current = 0;
    average = ticks.reduce((sum, count) => sum + count, 0) / ticks.length / (tickMs / 1000);
  }, tickMs);
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
