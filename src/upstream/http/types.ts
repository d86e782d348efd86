import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { CircuitState } from '../../lib/circuit.ts';
import type { Logger } from '../../observability/logger.ts';
import type { Call } from '../../viewer/call.ts';
import type { HeaderInput } from './request-headers.ts';
import type { Query } from './request-target.ts';

/** Times are milliseconds. */
export interface UpstreamLimits {
  connectMs: number;
  /** From the call to the whole answer, retries included. */
  answerMs: number;
  /** Longest pause in a streamed body, either way. */
  idleMs: number;
  maxAnswerBytes: number;
  /** Sockets to the service. */
  connections: number;
}

export interface UpstreamMetrics {
  /** `outcome` is the status code, or the kind of failure. */
  upstreamRequest(service: string, outcome: string, seconds: number): void;
  circuitChanged(service: string, state: CircuitState): void;
}

interface CommonOptions {
  method: Dispatcher.HttpMethod;
  /** Under the base URL, encoded already, beginning with a slash. */
  path: string;
  query?: Query;
  /** Beside credentials, id and address, which are added. Hop-by-hop headers are dropped. */
  headers?: HeaderInput;
  call: Call;
  /** `caller` sends what `callerHeaders(call)` says. @default 'caller' */
  credentials?: 'caller' | 'none';
  /** Host header in place of the base URL's own. */
  host?: string;
  /** Counts failures apart from the rest of the service, for services that host others (functions). */
  circuitKey?: string;
}

export interface RequestOptions extends CommonOptions {
  /** A JSON value (text too is sent as JSON), bytes, or a stream, which is timed by its progress. */
  body?: unknown;
  /** Milliseconds for the whole call, retries included. */
  timeoutMs?: number;
  /** Whether a repeat is harmless. @default true for GET and HEAD */
  idempotent?: boolean;
  maxAnswerBytes?: number;
  /** For probes: asks even while the circuit is open, and does not count. */
  bypassCircuit?: boolean;
}

export interface UpstreamResponse {
  status: number;
  headers: IncomingHttpHeaders;
  /** Parsed JSON; undefined when the answer is not JSON. */
  body: unknown;
  text: string;
  /** As they came, for answers that are not text. */
  bytes: Buffer;
}

export interface StreamOptions extends CommonOptions {
  body?: Readable | Uint8Array | undefined;
  /** Until the answer's headers, counted from the last byte of the request. Default: the service's answer limit. */
  timeoutMs?: number;
  /** Longest pause in either body. */
  idleMs?: number;
}

export interface StreamResponse {
  status: number;
  headers: IncomingHttpHeaders;
  /** Must be read to its end or destroyed; destroying it ends the request upstream. */
  body: Readable;
}

/** Where an answer goes as it comes. */
export interface AnswerSink {
  /** Its head, once. What it throws ends the request and is what `relay` rejects with. */
  start(status: number, headers: IncomingHttpHeaders, resume: () => void): void;
  /** False: nothing more comes until `resume` is called. */
  write(chunk: Buffer): boolean;
}

export interface HttpUpstream {
  readonly service: string;
  readonly baseUrl: string;
  readonly circuit: CircuitState;
  /**
   * Sends a request and reads its answer. Any status is returned. Throws AppError UPSTREAM_UNAVAILABLE, TIMEOUT,
   * UPSTREAM_ERROR (unreadable answer), PAYLOAD_TOO_LARGE, or OUTCOME_UNKNOWN for a write that got no answer.
   */
  request(options: RequestOptions): Promise<UpstreamResponse>;
  /** Streams both ways with back-pressure, once. Throws as `request`, until the headers have come. */
  stream(options: StreamOptions): Promise<StreamResponse>;
  /** As `stream`, with the answer given to `sink`; resolves at its end. */
  relay(options: StreamOptions, sink: AnswerSink): Promise<void>;
  close(): Promise<void>;
}

export interface HttpUpstreamDeps {
  service: string;
  /** Root of the service, or its path behind a gateway. */
  baseUrl: string;
  limits: UpstreamLimits;
  /** Sockets for streams, which are apart from those of other calls. @default 1_024 */
  streams?: number;
  /** Whether a success of the service shows that it has read the request's body. @default true */
  successReadsBody?: boolean | undefined;
  log: Logger;
  metrics?: UpstreamMetrics | undefined;
}
