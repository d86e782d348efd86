import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { startStorageGateway } from '../../support/storage-gateway.ts';

const inputSchema = z.object({ operations: z.unknown(), map: z.unknown(), file: z.string() });

test('stores one part at each place that the map names for it', async () => {
  await using gateway = await startStorageGateway();
  await gateway.makeBucket('box');
  const text = await readFile(join(import.meta.dirname, 'input', 'request.json'), 'utf8');
  const { operations, map, file } = inputSchema.parse(JSON.parse(text));
  const form = new FormData();
  form.append('operations', JSON.stringify(operations));
  form.append('map', JSON.stringify(map));
  form.append('1', new Blob([file], { type: 'text/plain' }), 'hello.txt');
  const answer = await fetch(gateway.graphqlUrl, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.serviceKey}`, 'x-graphql-yoga-csrf': '1' },
    body: form,
  });
  expect(await answer.json()).toEqual({ data: { one: { size: '5' }, two: { size: '5' } } });
  for (const path of ['twice/1', 'twice/2']) {
    const stored = await fetch(`${gateway.storage.url}/object/box/${path}`, {
      headers: { authorization: `Bearer ${gateway.serviceKey}` },
    });
    expect(await stored.text()).toBe(file);
  }
});
