import type { Extension } from './authorization.ts';
import type { ServerContext } from './server-context.ts';
import type { JsonText } from './wire/raw-json.ts';
import type { Claims } from './wire/token.ts';

/** What a channel's client may do on it, as of the token that it gave last. */
export interface ChannelRights {
  readonly claims: Claims;
  mayRead(extension: Extension): boolean;
  /** The policies are asked once for each token. */
  mayWrite(extension: Extension): Promise<boolean>;
  /**
   * Takes another token. `same`: it is none, or the one that it has; `unreadable`: with this one the topic may not be
   * read, and everything stays as it was. Throws TokenError.
   */
  renew(token: unknown): Promise<'same' | 'renewed' | 'unreadable'>;
}

interface RightsOptions {
  readonly context: Pick<ServerContext, 'authorization' | 'verifyToken'>;
  readonly topic: string;
  readonly isPrivate: boolean;
  readonly presenceEnabled: boolean;
  /** Of the socket: policies may look at them. */
  readonly headers: JsonText;
  readonly token: string;
  readonly claims: Claims;
  readonly readable: ReadonlySet<Extension>;
}

export function createChannelRights(options: RightsOptions): ChannelRights {
  const { context, topic, isPrivate, headers } = options;
  let { token, claims, readable } = options;
  let writable: Map<Extension, boolean> = new Map();

  return {
    get claims() {
      return claims;
    },
    mayRead: (extension) => readable.has(extension),
    async mayWrite(extension) {
      if (!isPrivate) return true;
      const known = writable.get(extension);
      if (known !== undefined) return known;
      const cache = writable;
      const allowed = await context.authorization.allowed('write', topic, claims, headers, [extension]);
      cache.set(extension, allowed.has(extension));
      return allowed.has(extension);
    },
    async renew(fresh) {
      if (typeof fresh !== 'string' || fresh.startsWith('sb_') || fresh === token) return 'same';
      const verified = context.verifyToken(fresh);
      if (isPrivate) {
        const wanted: Extension[] = options.presenceEnabled ? ['broadcast', 'presence'] : ['broadcast'];
        const allowed = await context.authorization.allowed('read', topic, verified, headers, wanted);
        if (allowed.size === 0) return 'unreadable';
        readable = allowed;
      }
      token = fresh;
      claims = verified;
      writable = new Map();
      return 'renewed';
    },
  };
}
