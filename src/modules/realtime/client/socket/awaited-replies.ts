import type { Cancel, Timers } from '../../../../lib/timers.ts';

/** Gets whether the server took what was sent; false when no reply came. */
type Answered = (ok: boolean) => void;

/** Who waits for the reply to a message of one channel. */
export interface AwaitedReplies {
  /** Waits for the reply to the message `ref`, as long as one is waited for. */
  add(ref: string, answered: Answered): void;
  settle(ref: string, ok: boolean): void;
  /** No reply will come any more. */
  giveUp(): void;
}

export function createAwaitedReplies(timers: Timers, longestMs: number): AwaitedReplies {
  const awaited = new Map<string, { readonly answered: Answered; readonly cancel: Cancel }>();
  return {
    add(ref, answered) {
      const cancel = timers.after(longestMs, () => {
        awaited.delete(ref);
        answered(false);
      });
      awaited.set(ref, { answered, cancel });
    },
    settle(ref, ok) {
      const one = awaited.get(ref);
      if (one === undefined) return;
      awaited.delete(ref);
      one.cancel();
      one.answered(ok);
    },
    giveUp() {
      const left = [...awaited.values()];
      awaited.clear();
      for (const { answered, cancel } of left) {
        cancel();
        answered(false);
      }
    },
  };
}
