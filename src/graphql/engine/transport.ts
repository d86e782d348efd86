import type { Backlog } from '../../lib/fan-out/backlog.ts';
import type { RequestHeaders } from '../../viewer/request-headers.ts';
import type { Viewer } from '../../viewer/viewer.ts';
import type { ViewerRenewal } from '../../viewer/viewer-renewal.ts';

/** What the transport (HTTP, SSE or WebSocket) knows of one operation before GraphQL begins. */
export interface Transport {
  readonly requestId: string;
  readonly clientAddress: string | undefined;
  readonly userAgent: string | undefined;
  /** What came as `Idempotency-Key`; undefined on a WebSocket, which has no headers of an operation. */
  readonly idempotencyKey?: unknown;
  /** See Call. Throws PAYLOAD_TOO_LARGE where they are larger than an operation may carry. */
  readonly headers: RequestHeaders;
  /** Aborted when the caller has left. */
  readonly signal: AbortSignal;
  /**
   * Who calls; resolved once. Throws or rejects with UNAUTHENTICATED for a bad credential. With `ignoreAuthorization`
   * the Authorization header does not count, so that a caller with an expired token can sign in again.
   */
  viewer(ignoreAuthorization: boolean): Viewer | Promise<Viewer>;
  /**
   * Takes a place for as long as results are streamed to this caller; throws RATE_LIMITED where none is left. Undefined
   * on a WebSocket, which has taken its own.
   */
  takeStreamPlace?(): void;
  /** Where the credential may be replaced while the operation lasts: a WebSocket. */
  readonly renewal?: ViewerRenewal;
  /** Shared by all operations of a WebSocket. */
  readonly backlog?: Backlog;
}
