import { pipeline, type Readable, Transform } from 'node:stream';
import { UpstreamFailure } from './failure.ts';

/** One timer and one signal for a whole call. */
export interface Deadline {
  readonly signal: AbortSignal;
  readonly remainingMs: number;
  /** Starts the time anew: something moved. */
  restart(ms: number): void;
  /** Stops the timer for good, but still follows the caller's signal. */
  hold(): void;
  /** Stops the timer and lets go of the caller's signal. */
  end(): void;
}

/**
 * Aborts with kind `timeout` after `ms`, or with kind `abandoned` as soon as `outer` aborts. Not AbortSignal.any:
 * in Node 20 that keeps every short-lived signal alive as long as the longest one.
 */
export function createDeadline(outer: AbortSignal, ms: number): Deadline {
  const controller = new AbortController();
  let endsAt = performance.now() + ms;
  const expire = () => controller.abort(new UpstreamFailure('timeout'));
  const leave = () => controller.abort(new UpstreamFailure('abandoned', outer.reason));
  let held = false;
  let timer = setTimeout(expire, ms);
  if (outer.aborted) leave();
  else outer.addEventListener('abort', leave, { once: true });
  return {
    signal: controller.signal,
    get remainingMs() {
      return Math.max(0, endsAt - performance.now());
    },
    restart(nextMs) {
      if (held) return;
      if (nextMs === ms) {
        timer.refresh();
      } else {
        clearTimeout(timer);
        ms = nextMs;
        timer = setTimeout(expire, ms);
      }
      endsAt = performance.now() + ms;
    },
    hold() {
      held = true;
      clearTimeout(timer);
    },
    end() {
      held = true;
      clearTimeout(timer);
      outer.removeEventListener('abort', leave);
    },
  };
}

/**
 * The same bytes, with the deadline counted from the last one that moved: an upload may take as long as it likes
 * while it moves, and its answer has `answerMs` after the last byte.
 */
export function timedByProgress(
  source: Readable,
  deadline: Deadline,
  times: { idleMs: number; answerMs: number; onSourceError: (error: Error) => void },
): Readable {
  deadline.restart(times.idleMs);
  const watched = new Transform({
    transform(chunk, _encoding, done) {
      deadline.restart(times.idleMs);
      done(null, chunk);
    },
    flush(done) {
      deadline.restart(times.answerMs);
      done();
    },
  });
  source.once('error', times.onSourceError);
  pipeline(source, watched, () => undefined);
  return watched;
}
