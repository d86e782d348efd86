/** Less than this in one span is a client that only holds the connection. */
const leastBytesPerSpan = 1024;

/** The span that a client is given unless another is asked for. */
export const usualSpanMs = 30_000;

export interface Pace {
  readonly spanMs: number;
  /** Bytes of the client's so far. */
  readonly moved: () => number;
  /** True while it is not the client's turn. */
  readonly heldBack: () => boolean;
  /** Called once, after a span in which the client could have moved bytes and did not. */
  readonly onStill: () => void;
}

/** A client may be as slow as its line, but not so slow that it only holds a connection. Gives what ends the watch. */
export function watchPace({ spanMs, moved, heldBack, onStill }: Pace): () => void {
  let before = moved();
  const timer = setInterval(() => {
    const now = moved();
    const still = now - before < leastBytesPerSpan;
    before = now;
    if (!still || heldBack()) return;
    clearInterval(timer);
    onStill();
  }, spanMs);
  timer.unref();
  return () => clearInterval(timer);
}
