import type { SharedConfig } from '../config/shared-config.ts';
import type { Logger } from '../observability/logger.ts';
import { type ConfiguredKey, createConfiguredKeys } from './configured-keys.ts';
import type { Credentials } from './credentials.ts';
import { createKeyRing } from './key-ring.ts';
import { createTokenCache } from './token-cache.ts';
import { unauthenticated } from './unauthenticated.ts';
import { verifyToken } from './verify-token.ts';
import type { Viewer } from './viewer.ts';
import { viewerFromClaims } from './viewer-from-claims.ts';

export interface ViewerResolver {
  /**
   * Who sent these credentials. Answers at once when nothing has to be verified anew. Throws (or rejects with)
   * UNAUTHENTICATED with a `reason`, or UPSTREAM_UNAVAILABLE when keys cannot be fetched.
   */
  resolve(credentials: Credentials): Viewer | Promise<Viewer>;
}

export interface ViewerResolverDeps {
  log: Logger;
  /** Milliseconds since the epoch. @default Date.now */
  now?: () => number;
}

const bearer = /^bearer +(\S+)$/i;

/** Made once: holds the keys, and the tokens verified lately. */
export function createViewerResolver(
  config: SharedConfig['viewer'],
  deps: ViewerResolverDeps,
): ViewerResolver {
  const { log, now = Date.now } = deps;
  const { clockToleranceMs } = config;
  const cache = createTokenCache({ capacity: config.tokenCacheSize, clockToleranceMs, now });
  const ring = createKeyRing(config, { log, onChange: cache.flush });
  const configured = createConfiguredKeys(config);

  function verified(token: string): Viewer | Promise<Viewer> {
    return cache.get(token) ?? verifyNow(token);
  }

  async function verifyNow(token: string): Promise<Viewer> {
    const { generation } = cache;
    const claims = await verifyToken(token, ring, { clockToleranceMs, now });
    const viewer = viewerFromClaims(claims, token, config, configured.vouchFor(token));
    cache.set(token, viewer, generation);
    return viewer;
  }

  /** A configured key, or a legacy one that our secret has signed. */
  function viewerOfKey(apikey: string, credentials: Credentials): Viewer | Promise<Viewer> {
    const known = configured.find(apikey);
    if (known !== undefined) return admit(known, credentials);
    if (apikey.startsWith('sb_')) throw unauthenticated('unknown_apikey');
    return legacyKey(apikey);
  }

  function legacyKey(apikey: string): Viewer | Promise<Viewer> {
    const accept = (viewer: Viewer): Viewer => {
      if (viewer.kind === 'user') throw unauthenticated('unknown_apikey');
      return { ...viewer, apikey };
    };
    const refuse = (error: unknown): never => {
      throw isUnauthenticated(error) ? unauthenticated('unknown_apikey', error) : error;
    };
    try {
      const viewer = verified(apikey);
      return viewer instanceof Promise ? viewer.then(accept).catch(refuse) : accept(viewer);
    } catch (error) {
      return refuse(error);
    }
  }

  function admit(known: ConfiguredKey, credentials: Credentials): Viewer {
    const { viewer, opaque } = known;
    if (opaque && viewer.kind === 'service' && credentials.fromBrowser) {
      throw unauthenticated('secret_key_in_browser');
    }
    if (viewer.expiresAt !== undefined && viewer.expiresAt * 1_000 + clockToleranceMs <= now()) {
      throw unauthenticated('token_expired');
    }
    return viewer;
  }

  /** `byKey` is the viewer that the API key alone stands for. */
  function viewerOfToken(
    token: string,
    byKey: Viewer | undefined,
    credentials: Credentials,
  ): Viewer | Promise<Viewer> {
    const cached = cache.get(token);
    if (cached !== undefined) return withKey(cached, byKey, undefined);
    const known = configured.find(token);
    if (known !== undefined) return withKey(admit(known, credentials), byKey, known.key);
    return verifyNow(token).then((viewer) => withKey(viewer, byKey, undefined));
  }

  /** The key to go upstream beside the token: the caller's own, else the anon key. */
  function withKey(viewer: Viewer, byKey: Viewer | undefined, own: string | undefined): Viewer {
    return { ...viewer, apikey: byKey?.apikey ?? own ?? config.anonKey };
  }

  function decide(credentials: Credentials, byKey: Viewer | undefined): Viewer | Promise<Viewer> {
    const { authorization } = credentials;
    if (authorization === undefined) return byKey ?? configured.anonymous;
    const token = bearer.exec(authorization)?.[1];
    if (token === undefined) throw unauthenticated('token_malformed');
    if (!token.startsWith('sb_')) return viewerOfToken(token, byKey, credentials);
    // Official clients repeat an opaque key as bearer: it is no user token, and means nothing of its own.
    if (byKey === undefined) throw unauthenticated('unknown_apikey');
    return byKey;
  }

  return {
    resolve(credentials) {
      if (credentials.ambiguous) throw unauthenticated('duplicate_credentials');
      if (credentials.apikey === undefined) {
        if (config.requireApiKey) throw unauthenticated('apikey_missing');
        return decide(credentials, undefined);
      }
      const byKey = viewerOfKey(credentials.apikey, credentials);
      if (byKey instanceof Promise) return byKey.then((viewer) => decide(credentials, viewer));
      return decide(credentials, byKey);
    },
  };
}

function isUnauthenticated(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'UNAUTHENTICATED';
}
