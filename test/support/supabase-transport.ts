import type { RealtimeClientOptions } from '@supabase/supabase-js';
import { WebSocket } from 'ws';

/**
 * `ws` for the official client, which needs one on Node 20 and names this one in its documentation; the types of the
 * two differ in their events.
 */
export const transport = WebSocket as unknown as NonNullable<RealtimeClientOptions['transport']>;
