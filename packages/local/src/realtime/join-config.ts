import { type ChangeSpec, parseSpec } from './changes/subscriptions.ts';

/** What a `phx_join` asks for. */
export interface JoinConfig {
  readonly token: string | undefined;
  readonly isPrivate: boolean;
  readonly self: boolean;
  readonly ack: boolean;
  readonly replay: { readonly since: number; readonly limit: number } | undefined;
  readonly replicationReady: boolean;
  readonly presenceKey: string | undefined;
  readonly presenceEnabled: boolean;
  readonly changes: readonly { readonly spec: ChangeSpec; readonly entry: unknown }[];
}

const maxReplay = 25;

function members(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

function flag(value: unknown): boolean {
  return value === true || value === 'true';
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Reads a join's payload as loosely as the real server: what is ill-typed counts as absent. */
export function parseJoin(payload: unknown): JoinConfig {
  const top = members(payload);
  const config = members(top.get('config'));
  const broadcast = members(config.get('broadcast'));
  const presence = members(config.get('presence'));
  const changes: unknown = config.get('postgres_changes');
  const replay = members(broadcast.get('replay'));
  const since = replay.get('since');
  const limit = replay.get('limit');
  return {
    token: text(top.get('user_token')) ?? text(top.get('access_token')),
    isPrivate: flag(config.get('private')),
    self: flag(broadcast.get('self')),
    ack: flag(broadcast.get('ack')),
    replay:
      typeof since === 'number'
        ? {
            since,
            limit:
              typeof limit === 'number' ? Math.min(Math.max(1, Math.trunc(limit)), maxReplay) : maxReplay,
          }
        : undefined,
    replicationReady: flag(broadcast.get('replication_ready')),
    presenceKey: text(presence.get('key')),
    presenceEnabled: flag(presence.get('enabled')),
    changes: Array.isArray(changes)
      ? changes.map((entry: unknown) => ({ spec: parseSpec(entry), entry }))
      : [],
  };
}
