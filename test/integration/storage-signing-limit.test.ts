import { createClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gql } from '../support/gql.ts';
import { exchange } from '../support/recorded-exchange.ts';
import { type StorageGateway, startStorageGateway } from '../support/storage-gateway.ts';
import { transport } from '../support/supabase-transport.ts';

const day = 24 * 60 * 60;
const message = `expiresIn must be a number of seconds, at most ${day}: ask for a shorter time.`;
const refusal = {
  statusCode: '400',
  error: 'BAD_USER_INPUT',
  message,
  issues: [{ path: ['expiresIn'], message }],
};

describe('signing through the pass-through', () => {
  let gateway: StorageGateway;

  beforeAll(async () => {
    gateway = await startStorageGateway();
    await gateway.makeBucket('docs');
    for (const path of ['a.txt', 'folder/b.txt']) {
      await send(`/object/docs/${path}`, 'text', { 'content-type': 'text/plain' });
    }
  });
  afterAll(async () => await gateway?.close());

  async function send(
    path: string,
    body: string | undefined,
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ) {
    const { status, bytes } = await exchange(gateway.url, {
      method: 'POST',
      path: `/storage/v1${path}`,
      headers: { authorization: `Bearer ${gateway.serviceKey}`, ...headers },
      body: body === undefined ? undefined : Buffer.from(body),
    });
    const answer: unknown = JSON.parse(bytes.toString());
    return { status, answer };
  }

  const files = () =>
    createClient(gateway.url, gateway.serviceKey, {
      auth: { persistSession: false, autoRefreshToken: false },
      realtime: { transport },
    }).storage.from('docs');

  test('takes as long as the longest time, and what Storage itself reads as one', async () => {
    for (const expiresIn of [60, day, String(day)]) {
      const one = await send('/object/sign/docs/a.txt', JSON.stringify({ expiresIn }));
      expect(one).toMatchObject({ status: 200, answer: { signedURL: expect.any(String) } });
      const many = await send('/object/sign/docs', JSON.stringify({ expiresIn, paths: ['a.txt'] }));
      expect(many).toMatchObject({ status: 200, answer: [{ error: null }] });
    }
    const signed = await files().createSignedUrl('folder/b.txt', day);
    expect(await (await fetch(signed.data?.signedUrl ?? '')).text()).toBe('text');
  });

  test('tells official clients what to change', async () => {
    const one = await files().createSignedUrl('a.txt', 315_360_000);
    expect(one).toMatchObject({ data: null, error: { status: 400, message: refusal.message } });
    const many = await files().createSignedUrls(['a.txt', 'folder/b.txt'], day + 1);
    expect(many).toMatchObject({ data: null, error: { status: 400, message: refusal.message } });
  });

  test.each([
    ['a number', '{"expiresIn":315360000}'],
    ['an exponent', '{"expiresIn":3e8}'],
    ['a text', '{"expiresIn":"315360000"}'],
    ['a hexadecimal text', '{"expiresIn":"0x12CC0300"}'],
    ['a list, which Storage might read as what is in it', '{"expiresIn":[315360000]}'],
    ['the last of two', '{"expiresIn":60,"expiresIn":315360000}'],
    ['an escaped name', '{"expires\\u0049n":315360000}'],
  ])('refuses longer times in the form of %s', async (_form, body) => {
    for (const path of [
      '/object/sign/docs/a.txt',
      '/object/%73ign/docs/a.txt',
      '/object/sign/docs%2Fa.txt',
      '/object//sign/docs/a.txt',
      '/object/sign//docs/a.txt',
      '/object/sign/docs/a.txt?x=1',
    ]) {
      expect(await send(path, body)).toMatchObject({ status: 400, answer: refusal });
    }
    const paths = body.replace(/}$/, ',"paths":["a.txt"]}');
    for (const path of ['/object/sign/docs', '/object/sign/docs/'])
      expect(await send(path, paths)).toMatchObject({ status: 400, answer: refusal });
  });

  // A gateway between here and Storage may decode them before it passes them on.
  test.each([
    '/object/sign%2Fdocs/a.txt',
    '/object/sign%2fdocs%2fa.txt',
    '/object/%2Fsign/docs/a.txt',
    '/object//%2F/sign/docs/a.txt',
    '/object/%2573ign/docs/a.txt',
    '/object/sign%252Fdocs/a.txt',
  ])('refuses longer times at %s', async (path) => {
    expect(await send(path, '{"expiresIn":315360000}')).toMatchObject({ status: 400, answer: refusal });
  });

  test('has no limit for the body of a file that is only called as if it were signed', async () => {
    for (const path of ['/object/docs/sign/a.txt', '/object//docs/sign.txt']) {
      const { answer } = await send(path, 'no JSON', { 'content-type': 'text/plain' });
      expect(answer).not.toMatchObject({ error: 'BAD_USER_INPUT' });
    }
  });

  test('passes no body whose time it cannot read', async () => {
    for (const body of ['\uFEFF{"expiresIn":315360000}', '{"expiresIn":315360000', 'expiresIn=315360000']) {
      expect(await send('/object/sign/docs/a.txt', body)).toMatchObject({
        status: 400,
        answer: { statusCode: '400', message: 'The body must be JSON.' },
      });
    }
  });

  test('leaves what has no time to Storage, which refuses it', async () => {
    for (const body of ['{}', '[]', 'null', undefined]) {
      const { status, answer } = await send('/object/sign/docs/a.txt', body);
      expect(status).toBe(400);
      expect(answer).not.toMatchObject({ code: 'BAD_USER_INPUT' });
    }
  });

  test('has the limit that the operator gave', async () => {
    const strict = await startStorageGateway({ MAX_SIGNED_URL_EXPIRY: '1m' });
    try {
      const { status, bytes } = await exchange(strict.url, {
        method: 'POST',
        path: '/storage/v1/object/sign/docs/a.txt',
        headers: { authorization: `Bearer ${strict.serviceKey}`, 'content-type': 'application/json' },
        body: Buffer.from('{"expiresIn":61}'),
      });
      expect([status, bytes.toString()]).toEqual([400, expect.stringContaining('at most 60')]);
    } finally {
      await strict.close();
    }
  });

  test('is the time of a URL that asks for none, where it is less than an hour', async () => {
    const strict = await startStorageGateway({ MAX_SIGNED_URL_EXPIRY: '1m' });
    try {
      await strict.makeBucket('docs');
      const token = strict.serviceKey;
      const uploaded = await exchange(strict.storage.url, {
        method: 'PUT',
        path: '/object/docs/a.txt',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'text/plain' },
        body: Buffer.from('a'),
      });
      expect(uploaded.status).toBe(200);
      const { data, errors } = await strict.graphql(
        gql(`query ($time: Duration) {
          file(bucket: "docs", path: "a.txt") { signedUrl null: signedUrl(expiresIn: $time) }
        }`),
        { token, variables: { time: null } },
      );
      expect(errors).toEqual([]);
      const made = await strict.graphql(
        gql(`mutation { createSignedUrls(bucket: "docs", paths: ["a.txt"]) { url } }`),
        { token },
      );
      expect(made.errors).toEqual([]);
      for (const url of [data.file.signedUrl, data.file.null, made.data.createSignedUrls[0]?.url ?? '']) {
        expect(lifetime(url)).toBe(60);
      }
    } finally {
      await strict.close();
    }
  });
});

/** Seconds that a signed URL was made for. */
function lifetime(url: string): number {
  const [, payload = ''] = new URL(url).searchParams.get('token')?.split('.') ?? [];
  const { iat, exp }: { iat: number; exp: number } = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return exp - iat;
}
