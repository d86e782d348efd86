/** A bounded number of places for several kinds of things together. */
export interface Places<Kind extends string> {
  readonly max: number;
  /** Takes a place and gives what frees it (once, however often it is called); undefined when none is left. */
  take(kind: Kind): (() => void) | undefined;
  /** What is taken just now. */
  taken(): Readonly<Record<Kind, number>>;
}

/** `full` is told of each refusal. */
export function createPlaces<const Kind extends string>(
  max: number,
  kinds: readonly Kind[],
  full?: () => void,
): Places<Kind> {
  const counts = new Map(kinds.map((kind) => [kind, 0]));
  const add = (kind: Kind, difference: number) => counts.set(kind, (counts.get(kind) ?? 0) + difference);
  let total = 0;
  return {
    max,
    take(kind) {
      if (total >= max) {
        full?.();
        return undefined;
      }
      total += 1;
      add(kind, 1);
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        total -= 1;
        add(kind, -1);
      };
    },
    taken: () => Object.fromEntries(counts) as Record<Kind, number>,
  };
}
