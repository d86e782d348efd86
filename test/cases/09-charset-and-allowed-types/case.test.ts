import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, type RealtimeClientOptions } from '@supabase/supabase-js';
import { Upload } from 'tus-js-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { gql } from '../../support/gql.ts';
import { type StorageGateway, startStorageGateway, ticketHeaders } from '../../support/storage-gateway.ts';

// The client's own type for it cannot be met by `ws`, which it asks for on Node 20.
const transport = WebSocket as unknown as NonNullable<RealtimeClientOptions['transport']>;

const { allowedMimeTypes, accepted, refused } = z
  .object({
    allowedMimeTypes: z.array(z.string()),
    accepted: z.array(z.string()),
    refused: z.array(z.string()),
  })
  .parse(JSON.parse(await readFile(join(import.meta.dirname, 'input', 'content-types.json'), 'utf8')));

let gateway: StorageGateway;
beforeAll(async () => {
  gateway = await startStorageGateway();
  await gateway.makeBucket('txt', { allowed_mime_types: allowedMimeTypes });
});
afterAll(async () => await gateway?.close());

const ask = (contentType: string) =>
  gateway.graphql(
    gql(`mutation ($contentType: String!) { createUpload(input: { bucket: "txt", path: "t", contentType: $contentType, size: 1, upsert: true }) {
      put { url method headers } resumable { url method headers } } }`),
    { token: gateway.serviceKey, variables: { contentType } },
  );

test('the official client’s own type is accepted', async () => {
  const client = createClient(gateway.url, gateway.serviceKey, { realtime: { transport } });
  const { error } = await client.storage.from('txt').upload('own', Buffer.from('x'));
  expect(error).toBeNull();
});

test.each(accepted)('%s is accepted raw, by a ticket and resumable', async (contentType) => {
  const raw = await fetch(`${gateway.url}/storage/v1/object/txt/raw`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${gateway.serviceKey}`,
      'content-type': contentType,
      'x-upsert': 'true',
    },
    body: 'x',
  });
  expect(raw.status).toBe(200);

  const { data, errors } = await ask(contentType);
  expect(errors).toEqual([]);
  const { put, resumable } = data.createUpload;
  expect(
    (await fetch(put.url, { method: put.method, headers: ticketHeaders(put.headers), body: 'x' })).status,
  ).toBe(200);
  await new Promise<void>((resolve, reject) => {
    new Upload(Buffer.from('x'), {
      endpoint: resumable.url,
      headers: ticketHeaders(resumable.headers),
      metadata: { bucketName: 'txt', objectName: 't', contentType },
      onSuccess: () => resolve(),
      onError: reject,
    }).start();
  });
});

test.each(refused)('%s is refused, and a ticket for it when it is asked for', async (contentType) => {
  const raw = await fetch(`${gateway.url}/storage/v1/object/txt/raw`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.serviceKey}`, 'content-type': contentType },
    body: 'x',
  });
  expect(await raw.json()).toMatchObject({ code: 'InvalidMimeType' });
  const { data, errors } = await ask(contentType);
  expect(data).toEqual({ createUpload: null });
  expect(errors[0]?.extensions).toMatchObject({
    code: 'BAD_USER_INPUT',
    reason: 'InvalidMimeType',
    issues: [{ path: ['contentType'] }],
  });
});
