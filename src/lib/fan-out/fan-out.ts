import type { Timers } from '../timers.ts';
import { Group, type Member, type OpenSource } from './group.ts';

/**
 * Who shares which source: members with the same key, which says everything that makes two of them want the same items
 * with the same rights. A source is opened for the first and closed after the last; the first one to leave ends nothing
 * for the rest. It is served with the ticket that lives longest, and where that is refused, those who hold it end and
 * the others go on.
 */
export interface FanOut<T, M extends Member<T, End>, End> {
  /** `open` opens the source where there is none yet; what it throws is thrown. */
  join(key: string, member: M, open: OpenSource<T, M, End>): Membership<T, M, End>;
  readonly groups: number;
  readonly members: number;
  /** Closes the sources that only linger. */
  closeIdle(): void;
}

export function createFanOut<T, M extends Member<T, End>, End>(timers: Timers): FanOut<T, M, End> {
  const groups = new Map<string, Group<T, M, End>>();

  const groupOf = (key: string, open: OpenSource<T, M, End>): Group<T, M, End> => {
    const known = groups.get(key);
    if (known !== undefined) return known;
    const group = new Group<T, M, End>(key, open, timers, () => groups.delete(key));
    groups.set(key, group);
    return group;
  };

  return {
    join: (key, member, open) => new Membership(member, groupOf, groupOf(key, open)),
    get groups() {
      return groups.size;
    },
    get members() {
      let count = 0;
      for (const { members } of groups.values()) count += members.size;
      return count;
    },
    closeIdle() {
      for (const group of [...groups.values()]) if (group.members.size === 0) group.close();
    },
  };
}

/** A member's part in whatever group it is in. */
export class Membership<T, M extends Member<T, End>, End> {
  readonly #member: M;
  readonly #groupOf: (key: string, open: OpenSource<T, M, End>) => Group<T, M, End>;
  #group: Group<T, M, End>;

  constructor(
    member: M,
    groupOf: (key: string, open: OpenSource<T, M, End>) => Group<T, M, End>,
    group: Group<T, M, End>,
  ) {
    this.#member = member;
    this.#groupOf = groupOf;
    this.#group = group;
    group.add(member);
  }

  /** What the member gets in place of items that it did not read; undefined where the next item tells. */
  missed(): T | undefined {
    return this.#group.missed();
  }

  /**
   * The member has another ticket: within its group, or of another key, to whose group it then moves. Throws what
   * `open` throws; then it stays where it was.
   */
  renew(key: string, open: OpenSource<T, M, End>): void {
    if (key === this.#group.key) {
      this.#group.renewed(this.#member);
      return;
    }
    const next = this.#groupOf(key, open);
    this.leave();
    this.#group = next;
    next.add(this.#member);
  }

  leave(): void {
    this.#group.remove(this.#member);
  }
}
