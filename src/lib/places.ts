/** A place, until it is given back, or which limit is reached. */
type Taken =
  | { readonly free: () => void }
  | { readonly free: undefined; readonly full: 'all' | 'client'; readonly limit: number };

/** A bounded number of places for several kinds of things together, of which each client has its share. */
export interface Places<Kind extends string> {
  /** Takes a place and gives what frees it (once, however often it is called). */
  take(kind: Kind, client: string): Taken;
  /** What is taken just now. */
  taken(): Readonly<Record<Kind, number>>;
}

export interface PlaceLimits {
  readonly max: number;
  readonly maxPerClient: number;
}

/** `refused` is told of each refusal. */
export function createPlaces<const Kind extends string>(
  { max, maxPerClient }: PlaceLimits,
  kinds: readonly Kind[],
  refused?: (full: 'all' | 'client') => void,
): Places<Kind> {
  const byKind = new Map(kinds.map((kind) => [kind, 0]));
  // Clients that hold none are in no map.
  const byClient = new Map<string, number>();
  const add = (kind: Kind, difference: number) => byKind.set(kind, (byKind.get(kind) ?? 0) + difference);
  let total = 0;
  const refuse = (full: 'all' | 'client', limit: number): Taken => {
    refused?.(full);
    return { free: undefined, full, limit };
  };
  return {
    take(kind, client) {
      const own = byClient.get(client) ?? 0;
      if (own >= maxPerClient) return refuse('client', maxPerClient);
      if (total >= max) return refuse('all', max);
      total += 1;
      add(kind, 1);
      byClient.set(client, own + 1);
      let held = true;
      return {
        free() {
          if (!held) return;
          held = false;
          total -= 1;
          add(kind, -1);
          const left = (byClient.get(client) ?? 0) - 1;
          if (left > 0) byClient.set(client, left);
          else byClient.delete(client);
        },
      };
    },
    taken: () => Object.fromEntries(byKind) as Record<Kind, number>,
  };
}
