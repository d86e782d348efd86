import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { Sql } from 'postgres';
import { type LocalLogin, localLogins } from '../data-folder/keys.ts';

const scramIterations = 4096;

/** Gives the logins the passwords of the data folder, where they are others, or somebody has changed them since. */
export async function setLoginPasswords(
  sql: Sql,
  passwords: Readonly<Record<LocalLogin, string>>,
): Promise<void> {
  const rows = await sql<{ login: string; hash: string; verifier: string | null }[]>`
    select login, hash, rolpassword as verifier from _bunbun.passwords join pg_authid on rolname = login`;
  const known = new Map(rows.map((row) => [row.login, row]));
  for (const login of localLogins) {
    const password = passwords[login];
    const last = known.get(login);
    if (last !== undefined && last.hash === hashOf(password, last.verifier)) continue;
    // Postgres takes a verifier in place of a password: so the password is in no log or statement statistics.
    const verifier = scramVerifier(password);
    await sql.unsafe(`alter role ${login} password '${verifier}'`);
    await sql`
      insert into _bunbun.passwords (login, hash) values (${login}, ${hashOf(password, verifier)})
      on conflict (login) do update set hash = excluded.hash`;
  }
}

function hashOf(password: string, verifier: string | null): string {
  return createHash('sha256').update(`${password} ${verifier}`).digest('hex');
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
