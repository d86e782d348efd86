/**
 * `then` of what `run` gives, at once where that is no promise. What any of the two throws or rejects with goes to
 * `failed`.
 */
export function whenDone<T, R>(
  run: () => T | Promise<T>,
  then: (value: T) => R | Promise<R>,
  failed: (error: unknown) => R | Promise<R>,
): R | Promise<R> {
  try {
    const value = run();
    const result = value instanceof Promise ? value.then(then) : then(value);
    return result instanceof Promise ? result.catch(failed) : result;
  } catch (error) {
    return failed(error);
  }
}
