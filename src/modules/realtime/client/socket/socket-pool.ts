import { AppError } from '../../../../lib/app-error.ts';
import type { Timers } from '../../../../lib/timers.ts';
import type { Logger } from '../../../../observability/logger.ts';
import { type Channel, type ChannelHandlers, type ChannelSpec, createChannel } from './channel.ts';
import { readLoss } from './errors.ts';
import type { RealtimeLimits } from './limits.ts';
import type { Pacer } from './pacer.ts';
import { createRealtimeSocket, type RealtimeSocket, type SocketTarget } from './socket.ts';

/** A channel with its place on a socket. */
export interface Place {
  readonly channel: Channel;
  /** Leaves the channel; the last one out closes the socket. */
  release(): void;
}

/** The sockets to Realtime: as few as hold the channels, none when there is no channel. */
export interface SocketPool {
  /** Joins a channel on a socket that has room. Throws UPSTREAM_UNAVAILABLE when no socket may be added. */
  place(spec: ChannelSpec, handlers: ChannelHandlers): Place;
  readonly sockets: number;
  readonly channels: number;
  /** Drops every connection; they come back and every channel joins anew. */
  reconnectAll(): void;
}

interface PooledSocket {
  readonly socket: RealtimeSocket;
  readonly channels: Map<string, Channel>;
}

export function createSocketPool(deps: {
  readonly target: SocketTarget;
  readonly limits: RealtimeLimits;
  readonly timers: Timers;
  readonly pacer: Pacer;
  readonly log: Logger;
}): SocketPool {
  const { limits } = deps;
  const pooled = new Set<PooledSocket>();

  const open = (): PooledSocket => {
    if (pooled.size >= limits.sockets) {
      throw new AppError('UPSTREAM_UNAVAILABLE', 'This gateway has no room for another Realtime channel.', {
        details: { service: 'REALTIME' },
      });
    }
    const channels = new Map<string, Channel>();
    // Handlers may leave channels while they are told, so each round works on a copy.
    const socket = createRealtimeSocket(deps, {
      opened: () => {
        for (const channel of [...channels.values()]) channel.socketOpened();
      },
      received: (frame) => channels.get(frame.topic)?.receive(frame),
      unreadable: () => {
        for (const channel of [...channels.values()]) channel.unreadable();
      },
      lost: (loss) => {
        const error = readLoss(loss);
        for (const channel of [...channels.values()]) channel.socketLost(error);
      },
    });
    const entry = { socket, channels };
    pooled.add(entry);
    return entry;
  };

  return {
    get sockets() {
      return pooled.size;
    },
    get channels() {
      let count = 0;
      for (const { channels } of pooled) count += channels.size;
      return count;
    },
    reconnectAll() {
      for (const { socket } of pooled) socket.reconnect();
    },
    place(spec, handlers) {
      // Realtime keeps one channel per topic on a socket: the same room for another caller needs another socket.
      const fitting = [...pooled].find(
        ({ channels }) => channels.size < limits.channelsPerSocket && !channels.has(spec.topic),
      );
      const entry = fitting ?? open();
      const channel = createChannel(spec, { ...deps, link: entry.socket }, handlers);
      entry.channels.set(spec.topic, channel);
      // Not at once: the caller has nobody to join for until it holds the place.
      queueMicrotask(() => {
        if (entry.socket.isOpen) channel.socketOpened();
      });
      return {
        channel,
        release() {
          channel.leave();
          if (entry.channels.get(spec.topic) !== channel) return;
          entry.channels.delete(spec.topic);
          if (entry.channels.size > 0) return;
          pooled.delete(entry);
          entry.socket.dispose();
        },
      };
    },
  };
}
