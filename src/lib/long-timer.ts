/** Longer ones fire at once in Node. */
const longestMs = 2 ** 31 - 1;

export interface LongTimer {
  cancel(): void;
}

/** `setTimeout` for any length of time, also years. Does not keep the process alive. */
export function setLongTimer(callback: () => void, ms: number): LongTimer {
  let remaining = ms;
  let timer: NodeJS.Timeout;
  const arm = () => {
    const step = Math.min(Math.max(remaining, 0), longestMs);
    remaining -= step;
    timer = setTimeout(remaining > 0 ? arm : callback, step);
    timer.unref();
  };
  arm();
  return { cancel: () => clearTimeout(timer) };
}
