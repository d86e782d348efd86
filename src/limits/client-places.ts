import { addressGroup } from '../lib/client-address.ts';
import { createPlaces, type PlaceLimits, type Places } from '../lib/places.ts';

/** What clients keep open for long: a GraphQL WebSocket, one that is passed to Realtime, server-sent events. */
export type ClientPlaces = Places<'websocket' | 'tunnel' | 'eventStream'>;

/** One count for all of them: each costs a descriptor and memory, whichever way it came. */
export function createClientPlaces(
  limits: PlaceLimits,
  refused?: (limit: 'WS_MAX_SOCKETS' | 'WS_MAX_SOCKETS_PER_CLIENT') => void,
): ClientPlaces {
  return createPlaces(limits, ['websocket', 'tunnel', 'eventStream'], (full) =>
    refused?.(full === 'all' ? 'WS_MAX_SOCKETS' : 'WS_MAX_SOCKETS_PER_CLIENT'),
  );
}

/** Whose share an address counts into. */
export function clientOf(address: string | undefined): string {
  return address === undefined ? 'unknown' : addressGroup(address);
}
