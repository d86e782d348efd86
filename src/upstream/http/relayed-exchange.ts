import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { abortFailure } from './buffered-exchange.ts';
import { UpstreamFailure } from './failure.ts';
import type { AnswerSink } from './types.ts';

interface StreamedExchange {
  method: Dispatcher.HttpMethod;
  target: string;
  headers: Record<string, string>;
  body: Uint8Array | Readable | null;
  /** Longest pause in the answer's body. */
  idleMs: number;
  /** Aborting it ends the exchange at once; its reason becomes the failure. */
  signal: AbortSignal;
}

export interface RelayedAnswer {
  status: number;
  /** Settles when the body has ended; rejects when it broke off. */
  ended: Promise<void>;
  /** Ends the exchange; nothing happens when it has ended. */
  leave(): void;
}

/**
 * One request whose answer goes to `sink` as it comes, without a stream between the two sockets: that would cost more
 * than a small answer itself. Resolves with the head of the answer.
 */
export function exchangeRelayed(
  dispatcher: Pick<Dispatcher, 'dispatch'>,
  exchange: StreamedExchange & { sink: AnswerSink },
): Promise<RelayedAnswer> {
  const { method, target, headers, body, idleMs, signal, sink } = exchange;
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let finish: () => void = () => undefined;
    // Until the head has come a failure is the request's, and then that of its end.
    let breakOff: (error: unknown) => void = reject;
    const fail = (error: unknown) => {
      signal.removeEventListener('abort', onAbort);
      breakOff(error);
    };
    const onAbort = () => {
      const failure = abortFailure(signal);
      // While the request still waits for a connection there is no controller; it is dropped at its start.
      controller?.abort(failure);
      fail(failure);
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        controller = started;
        if (signal.aborted) started.abort(abortFailure(signal));
      },
      onResponseStart(started, status, answerHeaders) {
        if (status < 200) return;
        const ended = new Promise<void>((done, broken) => {
          finish = done;
          breakOff = broken;
        });
        // It may break off before anybody has asked.
        ended.catch(() => undefined);
        resolve({ status, ended, leave: () => started.abort(new UpstreamFailure('abandoned')) });
        try {
          sink.start(status, answerHeaders, () => started.resume());
        } catch (error) {
          fail(error);
          started.abort(new Error('the answer was refused'));
        }
      },
      onResponseData(started, chunk) {
        if (!sink.write(chunk)) started.pause();
      },
      onResponseEnd() {
        signal.removeEventListener('abort', onAbort);
        finish();
      },
      onResponseError(_controller, error) {
        fail(error);
      },
    };
    try {
      dispatcher.dispatch(
        { method, path: target, headers, body, headersTimeout: 0, bodyTimeout: idleMs },
        handler,
      );
    } catch (error) {
      fail(error);
    }
  });
}
