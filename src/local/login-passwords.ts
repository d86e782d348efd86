import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { Sql } from 'postgres';
import { type LocalLogin, localLogins } from './keys.ts';

const scramIterations = 4096;

/** Gives the logins the passwords of the data folder, where they differ from what the database has. */
export async function setLoginPasswords(
  sql: Sql,
  passwords: Readonly<Record<LocalLogin, string>>,
): Promise<void> {
  const rows = await sql<{ login: string; hash: string }[]>`select login, hash from _bunbun.passwords`;
  const known = new Map(rows.map(({ login, hash }) => [login, hash]));
  for (const login of localLogins) {
    const hash = createHash('sha256').update(passwords[login]).digest('hex');
    if (known.get(login) === hash) continue;
    // Postgres takes a verifier in place of a password: so the password is in no log or statement statistics.
    await sql.unsafe(`alter role ${login} password '${scramVerifier(passwords[login])}'`);
    await sql`
      insert into _bunbun.passwords (login, hash) values (${login}, ${hash})
      on conflict (login) do update set hash = excluded.hash`;
  }
}

/** What Postgres stores for a password (RFC 5803). Ours are ASCII, so SASLprep changes nothing. */
function scramVerifier(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, scramIterations, 32, 'sha256');
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(hmac('Client Key')).digest('base64');
  const server = hmac('Server Key').toString('base64');
  return `SCRAM-SHA-256$${scramIterations}:${salt.toString('base64')}$${stored}:${server}`;
}
