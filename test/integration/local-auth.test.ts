import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { GoTrueClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cleanExpired } from '../../packages/local/src/auth/cleanup.ts';
import { connectAuthDatabase } from '../../packages/local/src/auth/database.ts';
import { createMailbox } from '../../packages/local/src/auth/mailbox.ts';
import { defaultAuthServerSettings } from '../../packages/local/src/auth/settings.ts';
import { createTokenSigner } from '../../packages/local/src/auth/tokens.ts';
import { totpCode } from '../../packages/local/src/auth/totp.ts';
import { createSigningKey } from '../../packages/local/src/data-folder/signing-key.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { startTestAuthServer, type TestAuthServer } from '../support/auth-server.ts';
import { silentLog } from '../support/postgres.ts';

const newEmail = () => `local-${randomBytes(8).toString('hex')}@example.com`;
const password = 'correct horse';

let auth: TestAuthServer;
beforeAll(async () => {
  auth = await startTestAuthServer();
});
afterAll(() => auth.close());

function client(url = auth.url): GoTrueClient {
  return new GoTrueClient({
    url,
    headers: { apikey: auth.keys.anonKey },
    persistSession: false,
    autoRefreshToken: false,
    detectSessionInUrl: false,
  });
}

describe('the local auth server', () => {
  test('answers to names of this machine alone', async () => {
    const { port } = new URL(auth.url);
    const statusFor = (host: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const request = httpRequest(
          { host: '127.0.0.1', port, path: '/_local/mailbox', headers: { host } },
          (response) => {
            response.resume();
            resolve(response.statusCode);
          },
        );
        request.once('error', reject);
        request.end();
      });
    expect(await statusFor(`localhost:${port}`)).toBe(200);
    expect(await statusFor('evil.example')).toBe(421);
    expect(await statusFor(`127.0.0.1.evil.example:${port}`)).toBe(421);
  });

  test('shows its mailbox as JSON and as a page that runs nothing', async () => {
    const email = newEmail();
    await client().signInWithOtp({ email: newEmail() });
    await client().signInWithOtp({ email, options: { data: { name: '<script>alert(1)</script>' } } });
    const json = await fetch(`${auth.url}/_local/mailbox?to=${email}`);
    expect(await json.json()).toMatchObject({
      messages: [{ channel: 'email', to: email, kind: 'magiclink', otp: expect.stringMatching(/^\d{6}$/) }],
    });
    const page = await fetch(`${auth.url}/_local/mailbox`, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'/);
    const text = await page.text();
    expect(text).toContain(email);
    expect(text).not.toContain('<script');
  });

  test('sends text messages alone: WhatsApp is refused wherever a number is given', async () => {
    const phone = `1555${String(Date.now()).slice(-8)}`;
    const auth = client();
    const channel = 'whatsapp';
    const answers = [
      await auth.signUp({ phone, password, options: { channel } }),
      await auth.signInWithOtp({ phone, options: { channel } }),
    ];
    for (const { error } of answers) {
      expect(error).toMatchObject({ status: 400, code: 'validation_failed' });
      expect(error?.message).toContain('Invalid channel');
    }
    expect((await auth.signUp({ phone, password, options: { channel: 'sms' } })).error).toBeNull();
  });

  test('keeps passwords as bcrypt, and secrets out of answers', async () => {
    const email = newEmail();
    const { data } = await client().signUp({ email, password });
    const sql = connectAuthDatabase(auth.postgres.urlFor('supabase_auth_admin'));
    const [row] = await sql`select encrypted_password from auth.users where email = ${email}`;
    await sql.end();
    expect(row?.['encrypted_password']).toMatch(/^\$2[aby]\$/);
    expect(JSON.stringify(data)).not.toContain('$2');
  });

  test('signs with ES256 where a key was given, and takes the keys of the project beside it', async () => {
    const key = createSigningKey();
    const other = await auth.another({}, key);
    const jwks: unknown = await (await fetch(`${other.url}/.well-known/jwks.json`)).json();
    expect(jwks).toMatchObject({ keys: [{ kid: key.kid, alg: 'ES256', kty: 'EC', use: 'sig' }] });
    expect(JSON.stringify(jwks)).not.toContain('"d"');
    const supabase = client(other.url);
    await supabase.signUp({ email: newEmail(), password });
    const claims = await supabase.getClaims();
    expect(claims.data?.header.alg).toBe('ES256');
    const admin = await fetch(`${other.url}/admin/users`, {
      headers: { authorization: `Bearer ${auth.keys.serviceRoleKey}` },
    });
    expect(admin.status).toBe(200);
  });

  test('refuses a token whose header names another algorithm than its key has', async () => {
    const signer = await createTokenSigner(auth.keys.jwtSecret, createSigningKey());
    const claims = Buffer.from(JSON.stringify({ role: 'service_role' })).toString('base64url');
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    await expect(signer.verify(`${none}.${claims}.`)).rejects.toMatchObject({ code: 'bad_jwt' });
  });

  test('gives a further token inside the reuse interval, and revokes the family outside of it', async () => {
    const lenient = await auth.another({ refreshTokenReuseInterval: 60 });
    const strict = await auth.another({ refreshTokenReuseInterval: 0 });
    const refresh = async (url: string, token: string) => {
      const response = await fetch(`${url}/token?grant_type=refresh_token`, {
        method: 'POST',
        body: JSON.stringify({ refresh_token: token }),
      });
      const body: { refresh_token?: string; error_code?: string } = JSON.parse(await response.text());
      return body;
    };
    const signedUp = await client().signUp({ email: newEmail(), password });
    const first = signedUp.data.session?.refresh_token ?? '';
    const second = (await refresh(auth.url, first)).refresh_token ?? '';
    const third = (await refresh(auth.url, second)).refresh_token ?? '';
    const fourth = (await refresh(lenient.url, first)).refresh_token ?? '';
    expect(new Set([first, second, third, fourth]).size).toBe(4);
    expect((await refresh(strict.url, second)).error_code).toBe('refresh_token_already_used');
    expect((await refresh(strict.url, third)).error_code).toBe('refresh_token_already_used');
  });

  test('refreshing at the same moment twice gives both the same successor', async () => {
    const { data } = await client().signUp({ email: newEmail(), password });
    const body = JSON.stringify({ refresh_token: data.session?.refresh_token });
    const answers = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const response = await fetch(`${auth.url}/token?grant_type=refresh_token`, { method: 'POST', body });
        const parsed: { refresh_token: string } = JSON.parse(await response.text());
        return parsed.refresh_token;
      }),
    );
    expect(new Set(answers).size).toBe(1);
  });

  test('asks both addresses about a change where addresses are confirmed', async () => {
    const careful = await auth.another({ mailerAutoconfirm: false, smsAutoconfirm: false });
    const email = newEmail();
    const wanted = newEmail();
    const supabase = client(careful.url);
    expect((await supabase.signUp({ email, password })).data.session).toBeNull();
    const code = (to: string) => careful.mailbox.list(to)[0]?.otp ?? '';
    expect((await supabase.verifyOtp({ email, token: code(email), type: 'signup' })).error).toBeNull();
    expect((await supabase.updateUser({ email: wanted })).error).toBeNull();
    const [oldCode, newCode] = [code(email), code(wanted)];
    const half = await supabase.verifyOtp({ email, token: oldCode, type: 'email_change' });
    expect(half.data.session).toBeNull();
    const whole = await supabase.verifyOtp({ email: wanted, token: newCode, type: 'email_change' });
    expect(whole.data.user?.email).toBe(wanted);
    expect((await client(careful.url).signInWithPassword({ email: wanted, password })).error).toBeNull();
  });

  test('confirms phone numbers by text message', async () => {
    const careful = await auth.another({ mailerAutoconfirm: false, smsAutoconfirm: false });
    const phone = `49${String(Date.now()).slice(-10)}`;
    const supabase = client(careful.url);
    await supabase.signUp({ phone, password });
    expect((await supabase.signInWithPassword({ phone, password })).error?.code).toBe('phone_not_confirmed');
    const token = careful.mailbox.list(phone)[0]?.otp ?? '';
    const { data, error } = await supabase.verifyOtp({ phone, token, type: 'sms' });
    expect(error).toBeNull();
    expect(data.user?.phone).toBe(phone);
  });

  test('makes an anonymous user permanent when an address is added', async () => {
    const supabase = client();
    await supabase.signInAnonymously();
    const email = newEmail();
    const { data } = await supabase.updateUser({ email });
    expect(data.user).toMatchObject({ email, is_anonymous: false });
  });

  test('wants a nonce for a password of an old session where it is told to', async () => {
    const careful = await auth.another({ reauthenticateForPassword: true });
    const email = newEmail();
    const supabase = client(careful.url);
    const { data } = await supabase.signUp({ email, password });
    const sql = connectAuthDatabase(auth.postgres.urlFor('supabase_auth_admin'));
    await sql`update auth.sessions set created_at = now() - interval '2 days' where user_id = ${data.user?.id ?? ''}`;
    await sql.end();
    const change = (nonce?: string) =>
      supabase.updateUser({ password: 'a new one', ...(nonce === undefined ? {} : { nonce }) });
    expect((await change()).error?.code).toBe('reauthentication_needed');
    expect((await supabase.reauthenticate()).error).toBeNull();
    const nonce = careful.mailbox.list(email)[0]?.otp ?? '';
    expect((await change('000000')).error?.code).toBe('reauthentication_not_valid');
    expect((await change(nonce)).error).toBeNull();
  });

  test('exchanges the code of a mail link for a session, by PKCE', async () => {
    const email = newEmail();
    await client().signUp({ email, password });
    const verifier = randomBytes(32).toString('base64url');
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    await fetch(`${auth.url}/recover?redirect_to=${encodeURIComponent('http://127.0.0.1:9/reset')}`, {
      method: 'POST',
      body: JSON.stringify({ email, code_challenge: challenge, code_challenge_method: 's256' }),
    });
    const message = auth.mailbox.list(email)[0];
    expect(message?.tokenHash).toMatch(/^pkce_/);
    // Whoever reads the mail on the way has no verifier, and gets no session without one.
    const cut = (message?.link ?? '').replace('token=pkce_', 'token=');
    const refused = await fetch(cut, { redirect: 'manual' });
    expect(refused.headers.get('location')).toMatch(/error_code=otp_expired/);
    const followed = await fetch(message?.link ?? '', { redirect: 'manual' });
    const location = new URL(followed.headers.get('location') ?? '');
    expect(location.pathname).toBe('/reset');
    const exchange = () =>
      fetch(`${auth.url}/token?grant_type=pkce`, {
        method: 'POST',
        body: JSON.stringify({ auth_code: location.searchParams.get('code'), code_verifier: verifier }),
      });
    expect((await exchange()).status).toBe(200);
    expect((await exchange()).status).toBe(404);
  });

  test('does not redirect to places that nobody allowed', async () => {
    const email = newEmail();
    await client().signUp({ email, password });
    for (const target of ['https://evil.example/', 'http://10.0.0.1/', 'javascript:alert(1)']) {
      await fetch(`${auth.url}/recover?redirect_to=${encodeURIComponent(target)}`, {
        method: 'POST',
        body: JSON.stringify({ email }),
      });
      const followed = await fetch(auth.mailbox.list(email)[0]?.link ?? '', { redirect: 'manual' });
      expect(new URL(followed.headers.get('location') ?? '').origin).toBe('http://localhost:3000');
    }
    const careful = await auth.another({ uriAllowList: ['https://*.example.com/**'] });
    await fetch(`${careful.url}/recover?redirect_to=${encodeURIComponent('https://app.example.com/a/b')}`, {
      method: 'POST',
      body: JSON.stringify({ email }),
    });
    const followed = await fetch(careful.mailbox.list(email)[0]?.link ?? '', { redirect: 'manual' });
    expect(followed.headers.get('location')).toMatch(/^https:\/\/app\.example\.com\/a\/b#access_token=/);
  });

  test('holds messages apart where it is told to', async () => {
    const slow = await auth.another({ messageInterval: 60 });
    const email = newEmail();
    await client().signUp({ email, password });
    expect((await client(slow.url).resetPasswordForEmail(email)).error).toBeNull();
    const again = await client(slow.url).resetPasswordForEmail(email);
    expect(again.error).toMatchObject({ code: 'over_email_send_rate_limit', status: 429 });
  });

  test('takes a code of the app once around its time, and a challenge from the same address alone', async () => {
    const supabase = client();
    await supabase.signUp({ email: newEmail(), password });
    const { data } = await supabase.mfa.enroll({ factorType: 'totp' });
    const secret = data?.type === 'totp' ? data.totp.secret : '';
    const id = data?.id ?? '';
    const token = (await supabase.getSession()).data.session?.access_token ?? '';
    const post = (path: string, body: object, ip: string) =>
      fetch(`${auth.url}/factors/${id}/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': ip },
        body: JSON.stringify(body),
      });
    const challenge: { id: string } = JSON.parse(await (await post('challenge', {}, '203.0.113.1')).text());
    const code = totpCode(secret, Date.now() / 1000);
    const moved = await post('verify', { challenge_id: challenge.id, code }, '203.0.113.2');
    expect(JSON.parse(await moved.text())).toMatchObject({ error_code: 'mfa_ip_address_mismatch' });
    expect((await post('verify', { challenge_id: challenge.id, code }, '203.0.113.1')).status).toBe(200);
  });

  test('cleans up what has expired and keeps what lives', async () => {
    const email = newEmail();
    const supabase = client();
    await supabase.signUp({ email, password });
    await supabase.resetPasswordForEmail(email);
    const sql = connectAuthDatabase(auth.postgres.urlFor('supabase_auth_admin'));
    const count = async () => {
      const [row] = await sql<{ codes: number; sessions: number }[]>`
        select (select count(*)::int from auth.one_time_tokens where relates_to = ${email}) as codes,
          (select count(*)::int from auth.sessions s join auth.users u on u.id = s.user_id
            where u.email = ${email}) as sessions`;
      return row;
    };
    const context = {
      sql,
      settings: defaultAuthServerSettings,
      signer: await createTokenSigner(auth.keys.jwtSecret),
      mailbox: createMailbox(silentLog),
      log: silentLog,
      siteUrl: 'http://localhost:3000',
      externalUrl: () => auth.url,
    };
    await cleanExpired(context);
    expect(await count()).toEqual({ codes: 1, sessions: 1 });
    await sql`update auth.one_time_tokens set created_at = created_at - interval '2 days' where relates_to = ${email}`;
    await cleanExpired(context);
    expect(await count()).toEqual({ codes: 0, sessions: 1 });
    await sql.end();
  });

  test('writes each code to the log, where a developer sees it', () => {
    let written = '';
    const log = createLogger({
      level: 'info',
      to: {
        write: (line: string) => {
          written += line;
        },
      },
    });
    const to = newEmail();
    createMailbox(log).deliver({
      channel: 'email',
      to,
      kind: 'magiclink',
      subject: 'Sign in',
      otp: '012345',
    });
    expect(written).toContain(to);
    expect(written).toContain('012345');
  });

  test('challenges no factor of a kind that is switched off', async () => {
    const own = client();
    const { data } = await own.signUp({ email: newEmail(), password });
    const id = crypto.randomUUID();
    const sql = connectAuthDatabase(auth.postgres.urlFor('supabase_auth_admin'));
    await sql`
      insert into auth.mfa_factors (id, user_id, friendly_name, factor_type, status, phone, created_at, updated_at)
      values (${id}, ${data.user?.id ?? ''}, 'phone', 'phone', 'verified', '491701234567', now(), now())`;
    await sql.end();
    const { error } = await own.mfa.challenge({ factorId: id });
    expect(error).toMatchObject({ status: 422, code: 'mfa_phone_verify_not_enabled' });
  });

  test('misbehaves on demand, and heals', async () => {
    const own = await auth.another({});
    own.faults.set({ kind: 'status', status: 503, body: 'down', path: '/settings' });
    expect((await fetch(`${own.url}/settings`)).status).toBe(503);
    expect((await fetch(`${own.url}/health`)).status).toBe(200);
    own.faults.set({ kind: 'drop' });
    await expect(fetch(`${own.url}/health`)).rejects.toThrow();
    own.faults.set(undefined);
    expect((await fetch(`${own.url}/settings`)).status).toBe(200);
  });

  test('survives nonsense', async () => {
    const attempts: [string, RequestInit][] = [
      ['/verify', { method: 'POST', body: '{"type":"email","token":{"a":1},"email":"a@b.c"}' }],
      ['/admin/users?page=-1', { headers: { authorization: `Bearer ${auth.keys.serviceRoleKey}` } }],
      ['/signup', { method: 'POST', body: '{"email":"a\\u0000@example.com","password":"secret1"}' }],
      [
        '/signup',
        { method: 'POST', body: `{"email":"${newEmail()}","password":"secret1","data":{"a":"\\u0000"}}` },
      ],
      [
        '/token?grant_type=refresh_token',
        { method: 'POST', body: '{"refresh_token":"\'; drop table x;--"}' },
      ],
      ['/signup', { method: 'POST', body: `{"data":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}` }],
      ['//user', {}],
      ['/user', { headers: { authorization: 'Bearer a.b.c' } }],
    ];
    for (const [path, init] of attempts) {
      const { status } = await fetch(`${auth.url}${path}`, init);
      expect([path, status >= 400 && status < 500]).toEqual([path, true]);
    }
    expect((await fetch(`${auth.url}/health`)).status).toBe(200);
  });
});
