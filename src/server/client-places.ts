import { createPlaces, type Places } from '../lib/places.ts';

/** What clients keep open for long: a GraphQL WebSocket, one that is passed to Realtime, server-sent events. */
export type ClientPlaces = Places<'websocket' | 'tunnel' | 'eventStream'>;

/** One count for all of them: each costs a descriptor and memory, whichever way it came. */
export function createClientPlaces(max: number, full?: () => void): ClientPlaces {
  return createPlaces(max, ['websocket', 'tunnel', 'eventStream'], full);
}
