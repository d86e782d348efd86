import type { Role } from '../../viewer/viewer.ts';

export interface ObservedOperation {
  readonly requestId: string;
  /** `unknown` where the document does not say. */
  readonly type: 'query' | 'mutation' | 'subscription' | 'unknown';
  /** As the document names it. */
  readonly name: string | undefined;
  /** Undefined where it was refused before its caller could be asked for. */
  readonly role: Role | undefined;
}

export interface OperationEnd {
  /** `OK`, the first error's code, or `CANCELLED` for a caller who left. */
  readonly code: string;
  /** How long it ran; undefined for one that was refused before it began. */
  readonly milliseconds: number | undefined;
}

/** Is told of every operation, whatever transport it came by. Must not throw. */
export interface OperationObserver {
  /** An operation runs: it is valid, within the limits, and its caller is known. */
  began?(operation: ObservedOperation): void;
  /** An operation is over, a subscription with its last result; also one that never began. Told once. */
  ended(operation: ObservedOperation, end: OperationEnd): void;
}
