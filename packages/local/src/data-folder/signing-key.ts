import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LocalStackError } from '../lib/local-error.ts';
import { writePrivateFile } from '../lib/private-file.ts';

const keyFile = z.object({
  version: z.literal(1),
  kid: z.string().min(1),
  privateJwk: z.object({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: z.string().min(1),
    y: z.string().min(1),
    d: z.string().min(1),
  }),
});

/** A private ES256 key as a JWK with `kid`; the public half is what JWKS publishes. */
export type SigningKey = Pick<z.output<typeof keyFile>, 'kid' | 'privateJwk'>;

/** The public half, as a key set publishes it. */
export interface PublicJwk {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly alg: 'ES256';
  readonly use: 'sig';
  readonly key_ops: readonly string[];
}

/** What may be shown of a signing key. */
export function publicJwkOf({ kid, privateJwk }: SigningKey): PublicJwk {
  const { kty, crv, x, y } = privateJwk;
  return { kty, crv, x, y, kid, alg: 'ES256', use: 'sig', key_ops: ['verify'] };
}

/** The public half, to verify with. */
export function publicKeyOf({ privateJwk: { kty, crv, x, y } }: SigningKey): KeyObject {
  return createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' });
}

/** A new key. */
export function createSigningKey(): SigningKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { privateJwk } = keyFile.pick({ privateJwk: true }).parse({
    privateJwk: privateKey.export({ format: 'jwk' }),
  });
  return { kid: randomUUID(), privateJwk };
}

/**
 * Reads the signing key of a data folder, and makes it when it is first asked for. It stays with the folder, so that
 * sessions outlive a restart. Throws a LocalStackError when the file is damaged.
 */
export async function loadSigningKey(dataDir: string): Promise<SigningKey> {
  const path = join(dataDir, 'signing-key.json');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new LocalStackError(`The signing key of the local stack in ${path} cannot be read.`, {
      cause: error,
    });
  });
  if (text === undefined) {
    const key = createSigningKey();
    await writePrivateFile(path, `${JSON.stringify({ version: 1, ...key }, null, 2)}\n`);
    return key;
  }
  try {
    const { kid, privateJwk } = keyFile.parse(JSON.parse(text));
    return { kid, privateJwk };
  } catch {
    // Neither the text nor the parser's message goes on: both may hold parts of the key.
    throw new LocalStackError(
      `The signing key of the local stack in ${path} is damaged: restore the file, or remove it to get another key.`,
    );
  }
}
