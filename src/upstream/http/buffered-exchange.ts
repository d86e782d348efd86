import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { toFailure, UpstreamFailure } from './failure.ts';

export interface Exchange {
  method: Dispatcher.HttpMethod;
  target: string;
  headers: Record<string, string>;
  body: Uint8Array | Readable | null;
  maxAnswerBytes: number;
  /** Aborting it ends the exchange at once; its reason becomes the failure. */
  signal: AbortSignal;
  /** Called when the request goes out on a connection. From then on the service may have acted on it. */
  onSent: () => void;
}

export interface BufferedAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
}

/** One request, its answer collected up to `maxAnswerBytes`. Rejects with UpstreamFailure. */
export function exchangeBuffered(
  dispatcher: Pick<Dispatcher, 'dispatch'>,
  exchange: Exchange,
): Promise<BufferedAnswer> {
  const { signal, body, maxAnswerBytes } = exchange;
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let status = 0;
    let headers: IncomingHttpHeaders = {};
    let size = 0;
    const chunks: Buffer[] = [];

    const fail = (error: unknown) => {
      signal.removeEventListener('abort', onAbort);
      if (body !== null && 'destroy' in body) body.destroy();
      reject(toFailure(error));
    };
    const giveUp = (failure: UpstreamFailure) => {
      // While the request still waits for a connection there is no controller; it is dropped at its start.
      controller?.abort(failure);
      fail(failure);
    };
    const onAbort = () => giveUp(abortFailure(signal));
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        controller = started;
        if (signal.aborted) started.abort(abortFailure(signal));
        else exchange.onSent();
      },
      onResponseStart(_controller, statusCode, answerHeaders) {
        if (statusCode < 200) return;
        status = statusCode;
        headers = answerHeaders;
        if (Number(answerHeaders['content-length'] ?? 0) > maxAnswerBytes && exchange.method !== 'HEAD') {
          giveUp(new UpstreamFailure('too-large'));
        }
      },
      onResponseData(_controller, chunk) {
        size += chunk.length;
        if (size > maxAnswerBytes) giveUp(new UpstreamFailure('too-large'));
        else chunks.push(chunk);
      },
      onResponseEnd() {
        signal.removeEventListener('abort', onAbort);
        resolve({ status, headers, bytes: Buffer.concat(chunks, size) });
      },
      onResponseError(_controller, error) {
        fail(error);
      },
    };
    try {
      dispatcher.dispatch(
        {
          method: exchange.method,
          path: exchange.target,
          headers: exchange.headers,
          body,
          // One timer of ours covers the whole call.
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        handler,
      );
    } catch (error) {
      fail(error);
    }
  });
}

export function abortFailure(signal: AbortSignal): UpstreamFailure {
  const reason: unknown = signal.reason;
  return reason instanceof UpstreamFailure ? reason : new UpstreamFailure('abandoned', reason);
}
