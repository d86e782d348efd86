import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { z } from 'zod';

import { LocalStackError } from '../lib/local-error.ts';
import { writePrivateFile } from '../lib/private-file.ts';

/** A folder with this file in it is a data folder of ours. */
export const keysFile = 'keys.json';

/** The database logins of the local stack. */
export const localLogins = [
  'postgres',
  'bunbun_read',
  'bunbun_rows',
  'authenticator',
  'supabase_admin',
  'supabase_auth_admin',
  'supabase_storage_admin',
] as const;

export type LocalLogin = (typeof localLogins)[number];

/** Keys of one data folder: random, made at the first start, kept in it. */
export interface LocalKeys {
  /** HS256 secret, at least 32 characters. */
  readonly jwtSecret: string;
  /** JWTs signed with `jwtSecret`, role anon and service_role, valid for ten years. */
  readonly anonKey: string;
  readonly serviceRoleKey: string;
}

/** Everything secret in one data folder. */
export interface LocalSecrets extends LocalKeys {
  readonly passwords: Readonly<Record<LocalLogin, string>>;
}

const secretsFile = z.object({
  version: z.literal(1),
  jwtSecret: z.string().min(32),
  anonKey: z.string().min(1),
  serviceRoleKey: z.string().min(1),
  // A folder that is older than a login has no password for it.
  passwords: z
    .partialRecord(z.enum(localLogins), z.string().min(16))
    .refine(({ supabase_admin }) => supabase_admin !== undefined),
});

const keyLifetime = '10 years';

/**
 * Reads the keys and database passwords of a data folder, and makes them at the first start.
 * Throws a LocalStackError when the file is damaged.
 */
export async function loadLocalSecrets(dataDir: string): Promise<LocalSecrets> {
  const path = join(dataDir, keysFile);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new LocalStackError(`The keys of the local stack in ${path} cannot be read.`, { cause: error });
  });
  if (text === undefined) return await createLocalSecrets(path);
  const stored = parseSecrets(path, text);
  const secrets = { ...stored, passwords: { ...newPasswords(), ...stored.passwords } };
  const isComplete = localLogins.every((login) => login in stored.passwords);
  if (!isComplete) await writeSecrets(path, secrets);
  return secrets;
}

function parseSecrets(path: string, text: string): z.infer<typeof secretsFile> {
  try {
    return secretsFile.parse(JSON.parse(text));
  } catch {
    // Neither the text nor the parser's message goes on: both may hold parts of a key.
    throw new LocalStackError(
      `The keys of the local stack in ${path} are damaged: restore the file, or start with --reset to begin anew.`,
    );
  }
}

async function writeSecrets(path: string, secrets: z.infer<typeof secretsFile>): Promise<void> {
  await writePrivateFile(path, `${JSON.stringify(secrets, null, 2)}\n`);
}

async function createLocalSecrets(path: string): Promise<LocalSecrets> {
  const jwtSecret = randomBytes(32).toString('hex');
  const secrets = {
    version: 1 as const,
    jwtSecret,
    anonKey: await signKey(jwtSecret, 'anon'),
    serviceRoleKey: await signKey(jwtSecret, 'service_role'),
    passwords: newPasswords(),
  };
  await writeSecrets(path, secrets);
  return secrets;
}

function newPasswords(): Record<LocalLogin, string> {
  return {
    postgres: newPassword(),
    bunbun_read: newPassword(),
    bunbun_rows: newPassword(),
    authenticator: newPassword(),
    supabase_admin: newPassword(),
    supabase_auth_admin: newPassword(),
    supabase_storage_admin: newPassword(),
  };
}

/** Hexadecimal, so that it needs no escaping in a URL. */
function newPassword(): string {
  return randomBytes(24).toString('hex');
}

async function signKey(jwtSecret: string, role: 'anon' | 'service_role'): Promise<string> {
  return await new SignJWT({ role })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer('supabase-demo')
    .setIssuedAt()
    .setExpirationTime(keyLifetime)
    .sign(new TextEncoder().encode(jwtSecret));
}
