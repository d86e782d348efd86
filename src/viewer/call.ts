import type { Backlog } from '../lib/fan-out/backlog.ts';
import type { Logger } from '../observability/logger.ts';
import type { KeyedCall } from './idempotency-key.ts';
import type { RequestHeaders } from './request-headers.ts';
import type { Viewer } from './viewer.ts';
import type { ViewerRenewal } from './viewer-renewal.ts';

/** What every client method takes beside its arguments: who calls, until when, and where to write. */
export interface Call {
  readonly viewer: Viewer;
  /** Aborted when the caller has left or the operation's time is over. */
  readonly signal: AbortSignal;
  readonly requestId: string;
  readonly log: Logger;
  /** The caller's address, counted from the trusted proxies; absent where there is no socket (in-process calls). */
  readonly clientAddress: string | undefined;
  readonly userAgent: string | undefined;
  /** Those that a module has asked for, as whoever calls has written them; over a WebSocket those of its upgrade. */
  readonly headers: RequestHeaders;
  /** Where the credential may be replaced while the operation lasts, and whose keeper ends it at its expiry. */
  readonly renewal?: ViewerRenewal;
  /** What waits for the caller, where several of its calls share a connection. */
  readonly backlog?: Backlog;
  /** Where it is a mutation under an idempotency key that its one field keeps: see `keepsIdempotencyKey`. */
  readonly keyed?: KeyedCall;
}
