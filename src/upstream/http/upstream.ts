import { Readable } from 'node:stream';
import { AppError } from '../../lib/app-error.ts';
import { withoutTrailing } from '../../lib/without-trailing.ts';
import { readAnswer } from './answer.ts';
import { exchangeBuffered } from './buffered-exchange.ts';
import { createCircuits } from './circuits.ts';
import { openConnections } from './connections.ts';
import { createDeadline, type Deadline, timedByProgress } from './deadline.ts';
import { neverConnected, toAppError, toFailure, UpstreamFailure } from './failure.ts';
import { exchangeRelayed, type RelayedAnswer } from './relayed-exchange.ts';
import { prepareBody } from './request-body.ts';
import { requestHeaders } from './request-headers.ts';
import { requestTarget } from './request-path.ts';
import { withRetries } from './retry.ts';
import type {
  AnswerSink,
  HttpUpstream,
  HttpUpstreamDeps,
  RequestOptions,
  StreamOptions,
  StreamResponse,
  UpstreamLimits,
  UpstreamResponse,
} from './types.ts';

export type * from './types.ts';

const defaults: UpstreamLimits = {
  connectMs: 2_000,
  answerMs: 10_000,
  idleMs: 60_000,
  maxAnswerBytes: 5 * 1024 * 1024,
  connections: 64,
  streams: 1_024,
  retries: 2,
};

/** HTTP to one service: pool, deadlines, bounded retries, circuit. Redirects are never followed. */
export function createHttpUpstream(deps: HttpUpstreamDeps): HttpUpstream {
  const { service, log, metrics } = deps;
  const limits: UpstreamLimits = { ...defaults, ...deps.limits };
  const base = new URL(deps.baseUrl);
  const prefix = withoutTrailing(base.pathname, '/');
  const open = (connections: number) =>
    openConnections(base.origin, {
      connections,
      connectMs: limits.connectMs,
      // A function may answer without a look at what it was sent.
      successReadsBody: service !== 'FUNCTIONS',
    });
  const pool = open(limits.connections);
  // A stream lasts as long as its client likes: it must not take the place of calls that are over at once.
  const streams = open(limits.streams);

  const circuits = createCircuits({ service, log, metrics });

  /** `mayHaveActed`: a write went out on a connection. */
  function clientError(error: unknown, mayHaveActed: boolean): unknown {
    if (error instanceof AppError) return error;
    const failure = toFailure(error);
    const outcomeUnknown = mayHaveActed && failure.kind !== 'too-large' && !neverConnected(failure);
    // What stopped the call, such as an upload over its limit, says more than that it was stopped.
    if (failure.cause instanceof AppError) return failure.cause;
    return toAppError(service, failure, outcomeUnknown);
  }

  /** The same rejection, but told as the fault of the body's source when that broke off. */
  async function blamingSource<T>(source: { error?: Error }, answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw source.error === undefined ? error : new UpstreamFailure('abandoned', source.error);
    }
  }

  async function request(options: RequestOptions): Promise<UpstreamResponse> {
    const { method, call } = options;
    const target = requestTarget(prefix, options.path, options.query);
    const prepared = prepareBody(options.body);
    const isStream = prepared.body instanceof Readable;
    const idempotent = options.idempotent ?? (method === 'GET' || method === 'HEAD');
    const answerMs = options.timeoutMs ?? limits.answerMs;
    const headers = requestHeaders(call, options.headers, {
      credentials: options.credentials ?? 'caller',
      host: options.host,
      contentType: prepared.contentType,
    });
    const deadline = createDeadline(call.signal, answerMs);
    let sent = false;
    const source: { error?: Error } = {};
    const body =
      prepared.body instanceof Readable
        ? timedByProgress(prepared.body, deadline, {
            idleMs: limits.idleMs,
            answerMs,
            onSourceError: (error) => {
              source.error = error;
            },
          })
        : prepared.body;
    const run = () =>
      blamingSource(
        source,
        exchangeBuffered(isStream ? streams : pool, {
          method,
          target,
          headers,
          body,
          signal: deadline.signal,
          maxAnswerBytes: options.maxAnswerBytes ?? limits.maxAnswerBytes,
          onSent: () => {
            sent = true;
          },
        }),
      );
    const attemptsLeft = idempotent && !isStream ? limits.retries : 0;
    try {
      const answer = await withRetries(attemptsLeft, deadline, () =>
        circuits.watch(options.bypassCircuit ? 'bypass' : { key: options.circuitKey }, run),
      );
      return readAnswer(service, answer);
    } catch (error) {
      if (body instanceof Readable) body.destroy();
      throw clientError(error, sent && !idempotent);
    } finally {
      deadline.end();
    }
  }

  /** What both ways to stream share: the limits, the circuit, and whose fault a failure is. */
  async function begin(
    options: StreamOptions,
    sink: AnswerSink,
  ): Promise<{ answer: RelayedAnswer; deadline: Deadline }> {
    const { method, call } = options;
    const answerMs = options.timeoutMs ?? limits.answerMs;
    const idleMs = options.idleMs ?? limits.idleMs;
    const target = requestTarget(prefix, options.path, options.query);
    const headers = requestHeaders(call, options.headers, {
      credentials: options.credentials ?? 'caller',
      host: options.host,
      contentType: undefined,
    });
    const deadline = createDeadline(call.signal, answerMs);
    const source: { error?: Error } = {};
    const body =
      options.body instanceof Readable
        ? timedByProgress(options.body, deadline, {
            idleMs,
            answerMs,
            onSourceError: (error) => {
              source.error = error;
            },
          })
        : (options.body ?? null);
    let sent = false;
    const run = () => {
      sent = true;
      const exchange = { method, target, headers, body, idleMs, signal: deadline.signal, sink };
      return blamingSource(source, exchangeRelayed(streams, exchange));
    };
    try {
      const answer = await circuits.watch({ key: options.circuitKey }, run);
      // From here on only the pause between two chunks counts, and the caller's leaving.
      deadline.hold();
      return { answer, deadline };
    } catch (error) {
      deadline.end();
      if (body instanceof Readable) body.destroy();
      throw clientError(error, sent && method !== 'GET' && method !== 'HEAD');
    }
  }

  async function stream(options: StreamOptions): Promise<StreamResponse> {
    let resume = (): void => undefined;
    let head: Pick<StreamResponse, 'status' | 'headers'> = { status: 0, headers: {} };
    const body = new Readable({ read: () => resume() });
    // Without a listener an answer that breaks off while nobody reads it would end the process.
    body.on('error', () => undefined);
    const { answer, deadline } = await begin(options, {
      start(status, headers, again) {
        head = { status, headers };
        resume = again;
      },
      write: (chunk) => body.push(chunk),
    });
    body.once('close', () => {
      answer.leave();
      deadline.end();
    });
    answer.ended.then(
      () => body.push(null),
      (error: Error) => body.destroy(error),
    );
    return { ...head, body };
  }

  async function relay(options: StreamOptions, sink: AnswerSink): Promise<void> {
    const { answer, deadline } = await begin(options, sink);
    try {
      await answer.ended;
    } catch (error) {
      throw clientError(error, false);
    } finally {
      deadline.end();
    }
  }

  return {
    service,
    baseUrl: deps.baseUrl,
    get circuit() {
      return circuits.state;
    },
    request,
    stream,
    relay,
    async close() {
      await Promise.all([pool.destroy(), streams.destroy()]);
    },
  };
}
