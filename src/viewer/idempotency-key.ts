/** Under which a caller's mutation is done once, however often it comes. Hashes, of which nobody learns what went in. */
export interface IdempotencyKey {
  /** Of the caller and the key that it sent. */
  readonly id: string;
  /** Of the caller. */
  readonly owner: string;
  /** Of the key, the document, the variables and the name of the operation. */
  readonly request: string;
  /** Of the secret that is in the hashes of caller and key. */
  readonly sealedWith: string;
  /** Milliseconds for which its answer is kept. */
  readonly ttlMs: number;
}

/** A call whose key is kept in the transaction that it makes. */
export interface KeyedCall {
  readonly key: IdempotencyKey;
  /** To be told where the answer is that of an earlier call. */
  replayed(): void;
}
