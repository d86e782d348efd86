import { addressGroup } from '../../../../lib/client-address.ts';
import type { EventQueue } from '../../../../lib/fan-out/event-queue.ts';
import type { Call } from '../../../../viewer/call.ts';
import type { Viewer } from '../../../../viewer/viewer.ts';
import { missingVariable } from '../socket/errors.ts';
import type { JoinCaller } from '../socket/pacer.ts';
import type { FeedDefinition, JoinTicket } from './feed.ts';
import type { Hub } from './hub.ts';

interface FollowOptions<T> {
  key(viewer: Viewer): string;
  define(viewer: Viewer): FeedDefinition<T>;
  accepts?(item: T): boolean;
  lingerMs?: number;
  /** Begins what lasts as long as the subscription, and gives the means to end it. */
  keep?: (() => () => void) | undefined;
}

/**
 * Subscribes a call to a feed of its viewer's, and moves it along when its connection brings a fresh token. Throws what
 * `subscribe` throws, and NOT_CONFIGURED where a viewer without a token of his own has none to join with.
 */
export async function follow<T>(hub: Hub<T>, call: Call, options: FollowOptions<T>): Promise<EventQueue<T>> {
  const viewer = call.renewal?.current ?? call.viewer;
  let stopRenewal: (() => void) | undefined;
  let stopKeeping: (() => void) | undefined;
  let ended = false;
  const subscription = await hub.subscribe({
    key: options.key(viewer),
    define: () => options.define(viewer),
    ticket: ticketOf(viewer),
    caller: callerOf(viewer, call.clientAddress),
    signal: call.signal,
    ...(options.accepts === undefined ? {} : { accepts: options.accepts }),
    expiryIsWatched: call.renewal !== undefined,
    backlog: call.backlog,
    lingerMs: options.lingerMs,
    released() {
      ended = true;
      stopRenewal?.();
      stopKeeping?.();
    },
  });
  const renew = (fresh: Viewer) => {
    try {
      subscription.renew(options.key(fresh), ticketOf(fresh), () => options.define(fresh));
    } catch (error) {
      subscription.events.end(error instanceof Error ? error : new Error('renewal failed', { cause: error }));
    }
  };
  if (ended) return subscription.events;
  stopKeeping = options.keep?.();
  stopRenewal = call.renewal?.subscribe(renew);
  // It may have been renewed while we waited.
  if (call.renewal !== undefined && call.renewal.current !== viewer) renew(call.renewal.current);
  return subscription.events;
}

/** Anybody may sign in anonymously as often as he likes, so whoever did counts by address too. */
function callerOf(viewer: Viewer, address: string | undefined): JoinCaller {
  if (viewer.kind === 'user' && viewer.claims['is_anonymous'] !== true) {
    return { kind: 'user', key: viewer.userId };
  }
  const kind = viewer.kind === 'service' ? 'service' : 'anon';
  return { kind, key: address === undefined ? '' : addressGroup(address) };
}

function ticketOf({ token, expiresAt }: Viewer): JoinTicket {
  if (token === undefined) throw missingVariable('SUPABASE_ANON_KEY');
  return { token, expiresAt };
}
