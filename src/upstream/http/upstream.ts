import { Readable } from 'node:stream';
import { AppError } from '../../lib/app-error.ts';
import { withoutTrailing } from '../../lib/without-trailing.ts';
import { createCircuits } from './circuits.ts';
import { openConnections } from './connections.ts';
import { createDeadline, type Deadline, timedByProgress } from './deadline.ts';
import { type BegunAnswer, type Exchange, exchange, exchangeBuffered } from './exchange.ts';
import { neverConnected, toAppError, toFailure, UpstreamFailure } from './failure.ts';
import { readAnswer } from './read-answer.ts';
import { prepareBody } from './request-body.ts';
import { requestHeaders } from './request-headers.ts';
import { requestTarget } from './request-target.ts';
import type {
  AnswerSink,
  HttpUpstream,
  HttpUpstreamDeps,
  RequestOptions,
  StreamOptions,
  StreamResponse,
  UpstreamResponse,
} from './types.ts';
import { withRetries } from './with-retries.ts';

/** Further attempts of an idempotent call. */
const retries = 2;

/** HTTP to one service: pool, deadlines, bounded retries, circuit. Redirects are never followed. */
export function createHttpUpstream(deps: HttpUpstreamDeps): HttpUpstream {
  const { service, limits, log, metrics } = deps;
  const base = new URL(deps.baseUrl);
  const prefix = withoutTrailing(base.pathname, '/');
  const open = (connections: number) =>
    openConnections(base.origin, {
      connections,
      connectMs: limits.connectMs,
      successReadsBody: deps.successReadsBody ?? true,
    });
  const pool = open(limits.connections);
  // A stream lasts as long as its client likes: it must not take the place of calls that are over at once.
  const streams = open(deps.streams ?? 1_024);

  const circuits = createCircuits({ service, log, metrics });

  /** What goes out for `options`, under the call's deadline, and whose fault a failure is. */
  function prepare(
    options: RequestOptions | StreamOptions,
    times: { answerMs: number; idleMs: number },
  ): Sending {
    const { method, call } = options;
    const target = requestTarget(prefix, options.path, options.query);
    const { body, contentType } = prepareBody(options.body);
    const { credentials = 'caller', host } = options;
    const headers = requestHeaders(call, options.headers, { credentials, host, contentType });
    const deadline = createDeadline(call.signal, times.answerMs);
    let sent = false;
    let sourceError: Error | undefined;
    const onSourceError = (error: Error) => {
      sourceError = error;
    };
    const onSent = () => {
      sent = true;
    };
    const watched =
      body instanceof Readable ? timedByProgress(body, deadline, { ...times, onSourceError }) : body;
    return {
      request: { method, target, headers, body: watched, signal: deadline.signal, onSent },
      deadline,
      async blamingSource(answer) {
        try {
          return await answer;
        } catch (error) {
          throw sourceError === undefined ? error : new UpstreamFailure('abandoned', sourceError);
        }
      },
      failed(error, idempotent) {
        if (watched instanceof Readable) watched.destroy();
        return clientError(error, sent && !idempotent);
      },
    };
  }

  /** `mayHaveActed`: a write went out on a connection. */
  function clientError(error: unknown, mayHaveActed: boolean): unknown {
    if (error instanceof AppError) return error;
    const failure = toFailure(error);
    const outcomeUnknown = mayHaveActed && failure.kind !== 'too-large' && !neverConnected(failure);
    // What stopped the call, such as an upload over its limit, says more than that it was stopped.
    if (failure.cause instanceof AppError) return failure.cause;
    return toAppError(service, failure, outcomeUnknown);
  }

  async function request(options: RequestOptions): Promise<UpstreamResponse> {
    const { idempotent = isRead(options.method), maxAnswerBytes = limits.maxAnswerBytes } = options;
    const answerMs = options.timeoutMs ?? limits.answerMs;
    const sending = prepare(options, { answerMs, idleMs: limits.idleMs });
    const { deadline } = sending;
    const isStream = sending.request.body instanceof Readable;
    const attempt = () =>
      sending.blamingSource(exchangeBuffered(isStream ? streams : pool, sending.request, maxAnswerBytes));
    try {
      const answer = await withRetries(idempotent && !isStream ? retries : 0, deadline, () =>
        circuits.watch(options.bypassCircuit ? 'bypass' : { key: options.circuitKey }, attempt),
      );
      return readAnswer(service, answer);
    } catch (error) {
      throw sending.failed(error, idempotent);
    } finally {
      deadline.end();
    }
  }

  /** Both ways to stream, until the head of the answer has come. */
  async function begin(
    options: StreamOptions,
    sink: AnswerSink,
  ): Promise<{ answer: BegunAnswer; deadline: Deadline }> {
    const { timeoutMs: answerMs = limits.answerMs, idleMs = limits.idleMs } = options;
    const sending = prepare(options, { answerMs, idleMs });
    const { deadline } = sending;
    const attempt = () => sending.blamingSource(exchange(streams, { ...sending.request, idleMs }, sink));
    try {
      const answer = await circuits.watch({ key: options.circuitKey }, attempt);
      // From here on only the pause between two chunks counts, and the caller's leaving.
      deadline.hold();
      return { answer, deadline };
    } catch (error) {
      deadline.end();
      throw sending.failed(error, isRead(options.method));
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

/** One call on its way. */
interface Sending {
  readonly request: Exchange;
  readonly deadline: Deadline;
  /** The same rejection, but told as the fault of the body's source when that broke off. */
  blamingSource<T>(answer: Promise<T>): Promise<T>;
  /** Lets the body go, and gives what the client is told. */
  failed(error: unknown, idempotent: boolean): unknown;
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}
