import { createLru, type Lru } from './lru.ts';

export type PooledLru<K, V> = Pick<Lru<K, V>, 'weight' | 'get' | 'set'>;

/**
 * Opens maps that share one capacity: where they hold too much together, the one that holds most forgets what it used
 * longest ago, so that nobody who floods one has what is in another forgotten. A map that nobody has any more counts no
 * longer.
 */
export function createLruPool<K, V>(capacity: number, weigh: (value: V) => number): () => PooledLru<K, V> {
  const members = new Set<WeakRef<Lru<K, V>>>();

  function* living(): Generator<Lru<K, V>> {
    for (const reference of members) {
      const member = reference.deref();
      if (member) yield member;
      else members.delete(reference);
    }
  }

  function shrink(): void {
    const [heaviest, ...others] = [...living()].sort((one, other) => other.weight - one.weight);
    const ofOthers = others.reduce((sum, { weight }) => sum + weight, 0);
    while (heaviest && heaviest.size > 0 && heaviest.weight + ofOthers > capacity) heaviest.shrink();
  }

  return () => {
    const own = createLru<K, V>(capacity, weigh);
    members.add(new WeakRef(own));
    return {
      get weight() {
        return own.weight;
      },
      get: own.get,
      set(key, value) {
        own.set(key, value);
        shrink();
      },
    };
  };
}
