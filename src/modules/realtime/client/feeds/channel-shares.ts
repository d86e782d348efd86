import { createPlaces } from '../../../../lib/places.ts';
import { tooManyChannels } from '../socket/errors.ts';
import type { RealtimeLimits } from '../socket/limits.ts';
import type { JoinCaller } from '../socket/pacer.ts';

/** Keeps one caller from taking all channels, or all that there may be of one room. */
export interface ChannelShares {
  /** Takes a channel for whoever is the first to want it, and gives what gives it back. Throws RATE_LIMITED. */
  take(caller: JoinCaller, topic: string): () => void;
}

export function createChannelShares(
  limits: Pick<RealtimeLimits, 'sockets' | 'channelsPerSocket'>,
): ChannelShares {
  const halfOf = (most: number) => ({ max: Number.POSITIVE_INFINITY, maxPerClient: Math.ceil(most / 2) });
  const all = createPlaces(halfOf(limits.sockets * limits.channelsPerSocket), ['channel']);
  // Channels of one topic are on a socket each.
  const byTopic = createPlaces(halfOf(limits.sockets), ['channel']);
  return {
    take({ kind, key }, topic) {
      if (kind === 'service') return () => undefined;
      const caller = `${kind} ${key}`;
      const one = all.take('channel', caller);
      if (one.free === undefined) throw tooManyChannels(one.limit);
      const ofTopic = byTopic.take('channel', `${caller} ${topic}`);
      if (ofTopic.free === undefined) {
        one.free();
        throw tooManyChannels(ofTopic.limit);
      }
      return () => {
        one.free();
        ofTopic.free();
      };
    },
  };
}
