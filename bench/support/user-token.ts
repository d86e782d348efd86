import { SignJWT } from 'jose';

/** A user's token, as the local stack's own auth signs it. */
export async function userToken(env: Readonly<Record<string, string>>, sub: string): Promise<string> {
  return await new SignJWT({ sub, role: 'authenticated', aud: 'authenticated' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('2h')
    .sign(new TextEncoder().encode(env['JWT_SECRET'] ?? ''));
}
