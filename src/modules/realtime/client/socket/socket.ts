import { type RawData, WebSocket } from 'ws';
import { backOff } from '../../../../lib/back-off.ts';
import type { Cancel, Timers } from '../../../../lib/timers.ts';
import type { Logger } from '../../../../observability/logger.ts';
import { type ClientFrame, decodeBinary, decodeText, encodeFrame, type ServerFrame } from './frames.ts';
import type { RealtimeLimits } from './limits.ts';

/** Where the socket goes. The URL holds the anon key and is never logged. */
export interface SocketTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface SocketHandlers {
  opened(): void;
  received(frame: ServerFrame): void;
  /** Something came that nobody can read; at most once in `unreadablePauseMs`, and then once for all that came. */
  unreadable(): void;
  /** The connection is lost, or an attempt failed (`wasOpen` false). A reconnect is under way unless disposed. */
  lost(loss: SocketLoss): void;
}

export interface SocketLoss {
  readonly wasOpen: boolean;
  readonly reason: 'refused' | 'unauthorized' | 'rate_limited' | 'timeout' | 'closed';
}

export interface RealtimeSocket {
  readonly isOpen: boolean;
  nextRef(): string;
  /** False when the socket is not open: nothing was sent. */
  send(frame: ClientFrame): boolean;
  /** Ends the connection for good. */
  dispose(): void;
  /** Drops the connection as if it had failed; it reconnects. */
  reconnect(): void;
}

export interface SocketDeps {
  readonly target: SocketTarget;
  readonly limits: RealtimeLimits;
  readonly timers: Timers;
  readonly log: Logger;
}

/** A WebSocket to Realtime that keeps itself alive and comes back by itself, until it is disposed. */
export function createRealtimeSocket(deps: SocketDeps, handlers: SocketHandlers): RealtimeSocket {
  const { limits, timers, log } = deps;
  let connection: WebSocket | undefined;
  let isOpen = false;
  let disposed = false;
  let attempts = 0;
  let openedAt = 0;
  let lastRef = 0;
  let refusal: SocketLoss['reason'] = 'refused';
  let awaitedHeartbeat: string | undefined;
  let unreadable: 'none' | 'told' | 'more' = 'none';
  const cancels: {
    retry?: Cancel;
    connect?: Cancel;
    heartbeat?: Cancel;
    answer?: Cancel;
    unreadable?: Cancel;
  } = {};

  const stopTimers = () => {
    cancels.retry?.();
    cancels.connect?.();
    cancels.heartbeat?.();
    cancels.answer?.();
    cancels.unreadable?.();
    unreadable = 'none';
  };
  const nextRef = () => {
    lastRef += 1;
    return String(lastRef);
  };

  const beat = () => {
    awaitedHeartbeat = nextRef();
    send({ joinRef: null, ref: awaitedHeartbeat, topic: 'phoenix', event: 'heartbeat', payload: {} });
    cancels.answer = timers.after(limits.heartbeatAnswerMs, () => {
      log.warn({}, 'Realtime did not answer a heartbeat');
      // close() would wait for an answer that a dead link never gives.
      connection?.terminate();
    });
  };
  const receive = (frame: ServerFrame) => {
    if (frame.topic !== 'phoenix') {
      handlers.received(frame);
      return;
    }
    if (awaitedHeartbeat === undefined || frame.ref !== awaitedHeartbeat) return;
    awaitedHeartbeat = undefined;
    cancels.answer?.();
    cancels.heartbeat = timers.after(limits.heartbeatMs, beat);
  };
  const tellUnreadable = () => {
    unreadable = 'told';
    cancels.unreadable = timers.after(limits.unreadablePauseMs, () => {
      if (unreadable === 'more') tellUnreadable();
      else unreadable = 'none';
    });
    handlers.unreadable();
  };
  const receiveUnreadable = (isBinary: boolean) => {
    if (unreadable !== 'none') {
      unreadable = 'more';
      return;
    }
    log.warn({ isBinary }, 'Realtime sent a frame that is not one');
    tellUnreadable();
  };
  const lose = (ended: WebSocket, code: number) => {
    if (connection !== ended) return;
    connection = undefined;
    stopTimers();
    awaitedHeartbeat = undefined;
    const wasOpen = isOpen;
    isOpen = false;
    if (wasOpen && Date.now() - openedAt >= limits.healthyAfterMs) attempts = 0;
    if (disposed) return;
    // A drained or reloaded node says so: others are ready to take us at once, the first time.
    const atOnce = wasOpen && attempts === 0 && (code === 1012 || code === 1001);
    const slowly = refusal === 'unauthorized' ? limits.retryLongestMs : 0;
    const delay = atOnce ? 0 : slowly + backOff(attempts, limits.retryFirstMs, limits.retryLongestMs);
    attempts += 1;
    log.info({ code, wasOpen, delayMs: Math.round(delay) }, 'Realtime socket lost');
    cancels.retry = timers.after(delay, connect);
    handlers.lost({ wasOpen, reason: wasOpen ? 'closed' : refusal });
  };
  const connect = () => {
    refusal = 'refused';
    const fresh = new WebSocket(deps.target.url, {
      headers: deps.target.headers,
      maxPayload: limits.maxFrameBytes,
      followRedirects: false,
      perMessageDeflate: false,
    });
    connection = fresh;
    cancels.connect = timers.after(limits.connectMs, () => {
      refusal = 'timeout';
      fresh.terminate();
    });
    fresh.on('open', () => {
      if (connection !== fresh) return;
      cancels.connect?.();
      isOpen = true;
      openedAt = Date.now();
      cancels.heartbeat = timers.after(limits.heartbeatMs, beat);
      handlers.opened();
    });
    fresh.on('message', (data, isBinary) => {
      if (connection !== fresh) return;
      const frame = decode(data, isBinary);
      if (frame === undefined) receiveUnreadable(isBinary);
      else receive(frame);
    });
    fresh.on('unexpected-response', (request, response) => {
      const status = response.statusCode ?? 0;
      if (status === 429) refusal = 'rate_limited';
      if (status === 401 || status === 403 || status === 404) refusal = 'unauthorized';
      log.warn({ status }, 'Realtime refused the socket');
      response.destroy();
      request.destroy();
      // With a listener here, ws leaves it to us to end the attempt.
      fresh.terminate();
    });
    // What an error means is told by the close that always follows it.
    fresh.on('error', (error) => log.debug({ err: error.message }, 'Realtime socket error'));
    fresh.on('close', (code) => lose(fresh, code));
  };
  const send = (frame: ClientFrame): boolean => {
    if (!isOpen || connection === undefined) return false;
    connection.send(encodeFrame(frame));
    return true;
  };

  connect();
  return {
    get isOpen() {
      return isOpen;
    },
    nextRef,
    send,
    reconnect: () => connection?.terminate(),
    dispose() {
      disposed = true;
      stopTimers();
      const ended = connection;
      if (ended === undefined) return;
      if (isOpen) {
        ended.close(1000);
        // The closing handshake is bounded by ws itself; nobody waits for it here.
        connection = undefined;
        isOpen = false;
      } else ended.terminate();
    },
  };
}

function decode(data: RawData, isBinary: boolean): ServerFrame | undefined {
  const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data);
  return isBinary ? decodeBinary(bytes) : decodeText(bytes.toString());
}
