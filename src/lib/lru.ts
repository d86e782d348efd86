/** A map that forgets the entries used longest ago once it holds more than `capacity`. */
export interface Lru<K, V> {
  readonly size: number;
  /** What its entries weigh together. */
  readonly weight: number;
  get(key: K): V | undefined;
  set(key: K, value: V): void;
  delete(key: K): void;
  /** Forgets the entry used longest ago. */
  shrink(): void;
  clear(): void;
}

/** `capacity` counts entries, or what `weigh` says that each weighs; one that weighs more than all may is not kept. */
export function createLru<K, V>(capacity: number, weigh: (value: V) => number = () => 1): Lru<K, V> {
  // A Map keeps the order of insertion, so the first key is the one used longest ago.
  const entries = new Map<K, { readonly value: V; readonly weight: number }>();
  let held = 0;
  const forget = (key: K): void => {
    held -= entries.get(key)?.weight ?? 0;
    entries.delete(key);
  };
  const shrink = (): void => {
    for (const oldest of entries.keys()) {
      forget(oldest);
      return;
    }
  };
  return {
    get size() {
      return entries.size;
    },
    get weight() {
      return held;
    },
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value) {
      forget(key);
      const weight = weigh(value);
      if (weight > capacity) return;
      entries.set(key, { value, weight });
      held += weight;
      while (held > capacity) shrink();
    },
    delete: forget,
    shrink,
    clear() {
      entries.clear();
      held = 0;
    },
  };
}
