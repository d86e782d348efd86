import type { SharedConfig } from '../config/shared-config.ts';
import type { Logger } from '../observability/logger.ts';
import { createRemoteJwks } from './remote-jwks.ts';
import { unauthenticated } from './unauthenticated.ts';
import { importKeys, importSecret, type VerificationKey } from './verification-key.ts';

export interface KeyRing {
  /** The one key that a token with this header must be signed with. Throws UNAUTHENTICATED, UPSTREAM_UNAVAILABLE. */
  find(algorithm: string, kid: string | undefined): Promise<VerificationKey>;
}

type KeyConfig = Pick<SharedConfig['viewer'], 'jwtSecret' | 'jwks' | 'jwksUrl'>;

/** The secret, the inline keys and the published ones. */
export function createKeyRing(config: KeyConfig, deps: { log: Logger; onChange: () => void }): KeyRing {
  const { jwtSecret, jwks, jwksUrl } = config;
  const remote = jwksUrl === undefined ? undefined : createRemoteJwks({ url: jwksUrl, ...deps });
  let local: Promise<{ secret: VerificationKey | undefined; inline: VerificationKey[] }> | undefined;

  async function importLocal() {
    const secret = jwtSecret === undefined ? undefined : await importSecret(Buffer.from(jwtSecret));
    return { secret, inline: await importKeys(jwks?.keys ?? [], { allowSecrets: true }) };
  }

  return {
    async find(algorithm, kid) {
      local ??= importLocal();
      const { secret, inline } = await local;
      const isShared = algorithm === 'HS256';
      if (kid === undefined) {
        if (isShared && secret !== undefined) return secret;
        const known = [...inline, ...(isShared || !remote ? [] : await remote.keys(undefined))];
        const fitting = known.filter((key) => key.algorithms.includes(algorithm));
        const [only, another] = fitting;
        if (only === undefined && secret !== undefined && known.length === 0)
          throw unauthenticated('unsupported_alg');
        if (only === undefined || another !== undefined) throw unauthenticated('unknown_kid');
        return only;
      }
      const own = inline.find((key) => key.kid === kid);
      if (own !== undefined) return own;
      // Auth may put a kid into the header of tokens that it signs with the shared secret.
      if (isShared && secret !== undefined) return secret;
      const published = isShared ? undefined : await remote?.keys(kid);
      const found = published?.find((key) => key.kid === kid);
      if (found !== undefined) return found;
      throw unauthenticated('unknown_kid');
    },
  };
}
