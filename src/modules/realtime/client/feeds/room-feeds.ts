import { AppError } from '../../../../lib/app-error.ts';
import type { PresenceSpec, RoomSpec } from '../checks/input.ts';
import type { FeedDefinition } from './feed.ts';
import { createPresenceRoom } from './presence-room.ts';
import type { Broadcast, PresenceUpdate } from './types.ts';
import { broadcastWire, presenceDiffWire, presenceStateWire } from './wire.ts';

/** What two subscribers must have in common to share a room's channel. */
export function roomKey(identity: string, spec: RoomSpec): string {
  return JSON.stringify([identity, spec.channel, spec.private]);
}

/** The messages of a room. */
export function broadcastFeed(spec: RoomSpec): FeedDefinition<Broadcast> {
  return {
    spec: {
      topic: `realtime:${spec.channel}`,
      confirmed: false,
      config: {
        private: spec.private,
        // The channel is shared by all of one caller's subscribers, and messages are sent by another route.
        broadcast: { self: true, ack: false },
        presence: { key: '', enabled: false },
        postgres_changes: [],
      },
    },
    read(frame) {
      if (frame.event !== 'broadcast') return undefined;
      const wire = broadcastWire.safeParse(frame.payload);
      if (!wire.success || frame.isCut) return { item: missedBroadcasts(spec), bytes: 0 };
      const { event, payload } = wire.data;
      return {
        item: { type: 'MESSAGE', channel: spec.channel, event, payload: payload ?? {} },
        bytes: frame.bytes,
      };
    },
    missed: () => missedBroadcasts(spec),
    greeting: () => undefined,
  };
}

/** Tells that messages may have been missed. */
export function missedBroadcasts(spec: RoomSpec): Broadcast {
  return { type: 'RESYNC', channel: spec.channel, event: '', payload: {} };
}

/** The presence of a room; with `track` the caller's own entry lives as long as the channel. */
export function presenceFeed(spec: PresenceSpec): FeedDefinition<PresenceUpdate> {
  const room = createPresenceRoom();
  return {
    spec: {
      topic: `realtime:${spec.channel}`,
      confirmed: false,
      config: {
        private: spec.private,
        broadcast: { self: false, ack: false },
        presence: { key: spec.key ?? '', enabled: true },
        postgres_changes: [],
      },
    },
    read(frame) {
      if (frame.event === 'presence_state') {
        const wire = presenceStateWire.safeParse(frame.payload);
        return wire.success ? { item: room.sync(wire.data), bytes: frame.bytes } : undefined;
      }
      if (frame.event !== 'presence_diff') return undefined;
      const wire = presenceDiffWire.safeParse(frame.payload);
      const item = wire.success ? room.diff(wire.data.joins, wire.data.leaves) : undefined;
      return item === undefined ? undefined : { item, bytes: frame.bytes };
    },
    // A new join is always followed by the whole state, which is what a gap calls for.
    missed: () => undefined,
    greeting: () => room.current(),
    onLive(channel, fail) {
      room.reset();
      if (spec.track === undefined) return;
      const payload = { type: 'presence', event: 'track', payload: spec.track };
      channel.push('presence', payload, (accepted) => {
        if (!accepted && channel.state === 'live') fail(trackRefused());
      });
    },
  };
}

function trackRefused(): AppError {
  return new AppError('FORBIDDEN', 'Realtime refused the presence entry.', {
    details: { service: 'REALTIME' },
  });
}
