import type { Backlog } from './backlog.ts';

/** How much one reader may be behind. */
export interface OutboxLimits {
  readonly events: number;
  readonly bytes: number;
}

export const defaultOutboxLimits: OutboxLimits = { events: 1_000, bytes: 4 * 1024 * 1024 };

export interface OutboxOptions<T> {
  readonly limits: OutboxLimits;
  /** Of the reader's other outboxes too. */
  readonly backlog?: Backlog | undefined;
  /** What tells the reader that it missed something; undefined where the next item does. */
  missed(): T | undefined;
}

interface Entry<T> {
  readonly item: T;
  readonly bytes: number;
}

/**
 * What waits for one reader, oldest first. Where an item would be too much, everything makes way for one `missed()`:
 * memory stays bounded, and the reader learns of its loss.
 */
export class Outbox<T> {
  readonly #options: OutboxOptions<T>;
  #entries: Entry<T>[] = [];
  #head = 0;
  #bytes = 0;

  constructor(options: OutboxOptions<T>) {
    this.#options = options;
  }

  get length(): number {
    return this.#entries.length - this.#head;
  }

  push(item: T, bytes: number): void {
    if (!this.#isFullFor(bytes)) {
      this.#entries.push({ item, bytes });
      this.#count(bytes);
      return;
    }
    this.clear();
    const missed = this.#options.missed();
    if (missed !== undefined) this.#entries.push({ item: missed, bytes: 0 });
  }

  /** Takes the oldest item; undefined when nothing waits. */
  shift(): T | undefined {
    const entry = this.#entries[this.#head];
    if (entry === undefined) return undefined;
    this.#head += 1;
    this.#count(-entry.bytes);
    if (this.length === 0) this.clear();
    else if (this.#head > 256) {
      // What was taken is let go in blocks: shifting an array item by item is quadratic.
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return entry.item;
  }

  clear(): void {
    this.#entries = [];
    this.#head = 0;
    this.#count(-this.#bytes);
  }

  #isFullFor(bytes: number): boolean {
    const { limits, backlog } = this.#options;
    return (
      this.length >= limits.events ||
      this.#bytes + bytes > limits.bytes ||
      (backlog !== undefined && backlog.bytes + bytes > backlog.maxBytes)
    );
  }

  #count(difference: number): void {
    this.#bytes += difference;
    const { backlog } = this.#options;
    if (backlog !== undefined) backlog.bytes += difference;
  }
}
