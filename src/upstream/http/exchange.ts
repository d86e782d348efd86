import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { UpstreamFailure } from './failure.ts';
import type { AnswerSink } from './types.ts';

export interface Exchange {
  method: Dispatcher.HttpMethod;
  target: string;
  headers: Record<string, string>;
  body: Uint8Array | Readable | null;
  /** Aborting it ends the exchange at once; its reason becomes the failure. */
  signal: AbortSignal;
  /** Called when the request goes out on a connection. From then on the service may have acted on it. */
  onSent: () => void;
  /** Longest pause in the answer's body, in milliseconds. @default no limit but that of `signal` */
  idleMs?: number;
}

/** An answer whose head has come. */
export interface BegunAnswer {
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
export function exchange(
  dispatcher: Pick<Dispatcher, 'dispatch'>,
  { method, target, headers, body, signal, onSent, idleMs = 0 }: Exchange,
  sink: AnswerSink,
): Promise<BegunAnswer> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let finish: () => void = () => undefined;
    // Until the head has come a failure is the request's, and then that of its end.
    let breakOff: (error: unknown) => void = reject;
    const fail = (error: unknown) => {
      signal.removeEventListener('abort', onAbort);
      breakOff(error);
    };
    const giveUp = (error: unknown) => {
      // First, since the controller tells of its own end, too. While the request still waits for a connection there is
      // none; it is dropped at its start.
      fail(error);
      controller?.abort(error instanceof Error ? error : new Error('the answer was refused'));
    };
    const onAbort = () => giveUp(abortFailure(signal));
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        controller = started;
        if (signal.aborted) started.abort(abortFailure(signal));
        else onSent();
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
          giveUp(error);
        }
      },
      onResponseData(started, chunk) {
        try {
          if (!sink.write(chunk)) started.pause();
        } catch (error) {
          giveUp(error);
        }
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
      // Until the head of the answer has come a timer of ours covers the call.
      dispatcher.dispatch(
        { method, path: target, headers, body, headersTimeout: 0, bodyTimeout: idleMs },
        handler,
      );
    } catch (error) {
      fail(error);
    }
  });
}

function abortFailure(signal: AbortSignal): UpstreamFailure {
  const reason: unknown = signal.reason;
  return reason instanceof UpstreamFailure ? reason : new UpstreamFailure('abandoned', reason);
}

export interface BufferedAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
}

/**
 * One request, its answer collected; rejects with an UpstreamFailure of kind `too-large` when it is over `maxBytes`.
 */
export async function exchangeBuffered(
  dispatcher: Pick<Dispatcher, 'dispatch'>,
  request: Exchange,
  maxBytes: number,
): Promise<BufferedAnswer> {
  let headers: IncomingHttpHeaders = {};
  let size = 0;
  const chunks: Buffer[] = [];
  const { status, ended } = await exchange(dispatcher, request, {
    start(_status, answerHeaders) {
      headers = answerHeaders;
      const announced = request.method === 'HEAD' ? 0 : Number(answerHeaders['content-length'] ?? 0);
      if (announced > maxBytes) throw new UpstreamFailure('too-large');
    },
    write(chunk) {
      size += chunk.length;
      if (size > maxBytes) throw new UpstreamFailure('too-large');
      chunks.push(chunk);
      return true;
    },
  });
  await ended;
  return { status, headers, bytes: Buffer.concat(chunks, size) };
}
