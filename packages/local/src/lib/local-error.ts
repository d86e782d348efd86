/** A reason why the local stack cannot start, in one sentence that a developer can act on. */
export class LocalStackError extends Error {
  override readonly name = 'LocalStackError';
}
