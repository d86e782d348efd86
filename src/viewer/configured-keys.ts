import { hash, timingSafeEqual } from 'node:crypto';
import { decodeJwt } from 'jose';
import type { SharedConfig } from '../config/shared-config.ts';
import { anonymous } from './anonymous.ts';
import { type Claims, identityOf } from './identity.ts';
import type { Viewer } from './viewer.ts';
import { viewerFromClaims } from './viewer-from-claims.ts';

export interface ConfiguredKey {
  readonly key: string;
  /** `sb_…`, as opposed to a legacy JWT. */
  readonly opaque: boolean;
  readonly viewer: Viewer;
}

export interface ConfiguredKeys {
  /** The configured key that equals `text`. Takes as long whichever it is. */
  find(text: string): ConfiguredKey | undefined;
  /** Whether `jwt` is a configured key, or what an opaque one stands for. */
  vouchFor(jwt: string): boolean;
  /** The caller without a credential: goes upstream with the anon key, where there is one. */
  readonly anonymous: Viewer;
}

type KeysConfig = Pick<
  SharedConfig['viewer'],
  | 'anonKey'
  | 'serviceKey'
  | 'publishableKeys'
  | 'secretKeys'
  | 'audience'
  | 'issuer'
  | 'extraAuthenticatedRoles'
>;

/**
 * Keys that the operator vouches for: they count because they are equal, as at Supabase's own gateway, so that a
 * legacy key still works where only asymmetric keys are published.
 */
export function createConfiguredKeys(config: KeysConfig): ConfiguredKeys {
  const keys: (ConfiguredKey & { digest: Buffer; jwtDigest: Buffer })[] = [];
  const add = (key: string, jwt: string, opaque: boolean) => {
    const claims = claimsOf(jwt);
    if (claims === undefined) return;
    const viewer = { ...viewerFromClaims(claims, jwt, config, true), apikey: key };
    // Secret keys are counted apart by limits even when they stand for the same JWT.
    const identity = opaque && viewer.kind === 'service' ? identityOf(claims, key) : viewer.identity;
    const digests = { digest: digestOf(key), jwtDigest: digestOf(jwt) };
    keys.push({ key, opaque, viewer: { ...viewer, identity }, ...digests });
  };
  for (const { key, jwt } of [...config.publishableKeys, ...config.secretKeys]) add(key, jwt, true);
  for (const key of [config.anonKey, config.serviceKey]) if (key !== undefined) add(key, key, false);

  const find = (text: string): ConfiguredKey | undefined => {
    const digest = digestOf(text);
    let found: ConfiguredKey | undefined;
    for (const key of keys) if (timingSafeEqual(key.digest, digest)) found ??= key;
    return found;
  };
  const anonKey = config.anonKey === undefined ? undefined : find(config.anonKey);
  return {
    find,
    vouchFor(jwt) {
      const digest = digestOf(jwt);
      return keys.some(({ jwtDigest }) => timingSafeEqual(jwtDigest, digest));
    },
    anonymous: { ...anonymous, token: anonKey?.viewer.token, apikey: config.anonKey },
  };
}

function digestOf(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

function claimsOf(jwt: string): Claims | undefined {
  try {
    return decodeJwt(jwt);
  } catch {
    return undefined;
  }
}
