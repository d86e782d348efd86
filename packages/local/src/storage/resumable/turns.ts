/** One at a time for each name; whoever comes asks the one inside to stop, and waits until it has. */
export interface Turns {
  take<T>(name: string, work: (stop: AbortSignal) => Promise<T>): Promise<T>;
}

export function createTurns(): Turns {
  const inside = new Map<string, { stop: AbortController; done: Promise<unknown> }>();

  return {
    async take(name, work) {
      for (let current = inside.get(name); current; current = inside.get(name)) {
        current.stop.abort();
        await current.done;
      }
      const stop = new AbortController();
      const running = work(stop.signal);
      const turn = { stop, done: running.catch(() => undefined) };
      inside.set(name, turn);
      try {
        return await running;
      } finally {
        if (inside.get(name) === turn) inside.delete(name);
      }
    },
  };
}
