import { readFile } from 'node:fs/promises';
import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Answer,
  exchange,
  isObject,
  type Recording,
  recordedBody,
  recordedToken,
  withoutVolatile,
} from '../support/recorded-exchange.ts';
import { exceptions } from '../support/storage-replay-exceptions.ts';
import { startTestStorageServer, type TestStorageServer } from '../support/storage-server.ts';
import { hmacToken, nowSeconds } from '../support/tokens.ts';

const { recordings }: { recordings: Recording[] } = JSON.parse(
  await readFile(new URL('../contract/storage-recordings.json', import.meta.url), 'utf8'),
);

const ownFolder = `bucket_id = 'docs' and (storage.foldername(name))[1] = auth.uid()::text`;

/** What was done by SQL between two recordings, by the name of the one that follows. */
const before: Readonly<Record<string, string>> = {
  '123-rls-upload-ok-with-policy': `
    create policy own_select on storage.objects for select to authenticated using (${ownFolder});
    create policy own_insert on storage.objects for insert to authenticated with check (${ownFolder});
    create policy own_update on storage.objects for update to authenticated using (${ownFolder});
    create policy own_delete on storage.objects for delete to authenticated using (${ownFolder});`,
  '137-rls-policy-raises-error': `
    create policy broken on storage.objects for insert to authenticated
      with check (bucket_id = 'scratch' and 1 / (length(bucket_id) - 7) = 1);`,
  '138-rls-bucket-create-with-policy': `
    drop policy broken on storage.objects;
    create policy own_buckets on storage.buckets for all to authenticated
      using (owner = auth.uid()) with check (owner = auth.uid());`,
};

describe('recorded answers of Supabase Storage', () => {
  let server: TestStorageServer;
  let sql: Sql;
  /** Ids of resumable uploads differ: recorded one to ours. */
  const uploadIds = new Map<string, string>();

  beforeAll(async () => {
    server = await startTestStorageServer({
      maxFileBytes: 524_288_000,
      allowedHosts: ['internal'],
      imageTransformation: false,
    });
    sql = postgres(server.postgres.databaseUrl, { onnotice: () => undefined });
  });
  afterAll(async () => {
    await sql?.end();
    await server?.close();
  });

  function replaceTokens(text: string, recording: Recording): string {
    const claims = recording.tokens?.[0];
    if (!text.includes('<SIGNED_TOKEN>') || claims === undefined) return text;
    const issued = nowSeconds() - (recording.name.includes('expired') ? 3600 : 0);
    const lifetime = Number(claims['exp']) - Number(claims['iat']);
    const secret = server.keys.jwtSecret;
    const token = hmacToken({ ...claims, iat: issued, exp: issued + lifetime }, { secret });
    const [head = '', payload = '', signature = ''] = token.split('.');
    const sent = recording.name.includes('tampered')
      ? `${head}.${payload}.${[...signature].reverse().join('')}`
      : token;
    return text.replaceAll('<SIGNED_TOKEN>', sent);
  }

  async function replay(recording: Recording): Promise<Answer> {
    const { method, path, headers, body } = recording.request;
    let target = replaceTokens(path, recording).replace(
      /(.*\/)([^/]*)(…)<(\d+) chars>$/,
      (_all, start: string, part: string, _dots, chars: string) =>
        start + part + 'k'.repeat(Number(chars) - start.length - part.length),
    );
    for (const [recorded, own] of uploadIds) target = target.replace(recorded, own);
    const sent: Record<string, string> = {};
    for (const [name, value] of Object.entries(headers)) {
      sent[name] = replaceTokens(value, recording).replace(
        /<([^>]+)>/,
        (all, placeholder: string) =>
          recordedToken(placeholder, server.keys.jwtSecret) ?? (all === value ? all : placeholder),
      );
    }
    // The recorded moment lies behind the upload by seconds only.
    if (recording.name === '179-cond-if-modified-since-hit') {
      sent['if-modified-since'] = new Date(Date.now() + 60_000).toUTCString();
    }
    const answer = await exchange(server.url, {
      method,
      path: target,
      headers: sent,
      body: recordedBody(body, headers),
    });
    const [from, to] = [recording.response.headers['location'], answer.headers.location].map((url) =>
      url?.split('/').at(-1),
    );
    if (from !== undefined && to !== undefined) uploadIds.set(from, to);
    return answer;
  }

  function seen(recording: Recording, answer: Answer): unknown {
    const isJson = /json/.test(answer.headers['content-type'] ?? '') && answer.bytes.length > 0;
    const recorded = recording.response.body;
    const asText = isObject(recorded) && typeof recorded['bytes'] === 'number';
    const text = answer.bytes.toString('utf8');
    const parsed: unknown = isJson && !asText ? JSON.parse(text) : undefined;
    const body = asText
      ? { ...('text' in recorded ? { text } : {}), bytes: answer.bytes.length }
      : answer.bytes.length === 0
        ? undefined
        : (parsed ?? text);
    const headers = Object.keys(recording.response.headers).map((name) => [name, answer.headers[name]]);
    return { status: answer.status, headers: Object.fromEntries(headers), body };
  }

  test('every exception names a recording and gives a reason', () => {
    const names = new Set(recordings.map(({ name }) => name));
    for (const [name, { reason }] of Object.entries(exceptions)) {
      expect(names).toContain(name);
      expect(reason.length).toBeGreaterThan(20);
    }
  });

  for (const recording of recordings) {
    const exception = exceptions[recording.name];
    if (exception?.skip === true) continue;
    test(recording.name, async () => {
      const statements = before[recording.name];
      if (statements !== undefined) await sql.unsafe(statements);
      const answer = await replay(recording);
      const { status, headers, body } = recording.response;
      const expected = withoutVolatile({ status, headers, body });
      const actual = withoutVolatile(seen(recording, answer));
      expect(exception?.adjust?.(actual) ?? actual).toEqual(exception?.adjust?.(expected) ?? expected);
    });
  }
});
