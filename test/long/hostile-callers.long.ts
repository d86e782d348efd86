import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@supabase/supabase-js';
import { expect, inject, it } from 'vitest';
import { WebSocket } from 'ws';
import { localFileOf, runCommand } from '../support/command-line.ts';
import { gql } from '../support/gql.ts';
import { transport } from '../support/supabase-transport.ts';

const rounds = 400;

/** One hostile act; what it is answered with is the business of other tests. */
type Act = (origin: string, round: number) => Promise<unknown>;

const json = (body: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body,
});
const graphql = (origin: string, body: string): Promise<string> =>
  fetch(`${origin}/graphql`, json(body)).then((answer) => answer.text());

const acts: Record<string, Act> = {
  'distinct documents of 22 KB': (origin, round) => {
    const fields = Array.from({ length: 900 }, (_, index) => `a${round}_${index}: __typename`).join(' ');
    return graphql(origin, JSON.stringify({ query: `{ ${fields} }` }));
  },
  'comments without end': (origin) => graphql(origin, JSON.stringify({ query: '#\n'.repeat(120_000) })),
  'a key that looks like an error': (origin) =>
    graphql(
      origin,
      JSON.stringify({
        query: gql(`mutation ($i: SignInInput!) { signIn(input: $i) { user { id } } }`),
        variables: { i: { [` at "${'a'.repeat(80_000)}`]: 1 } },
      }),
    ),
  'thousands of unknown fields of an input': (origin) =>
    graphql(
      origin,
      JSON.stringify({
        query: gql(`mutation ($i: SignInInput!) { signIn(input: $i) { user { id } } }`),
        variables: { i: Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`f${index}`, 1])) },
      }),
    ),
  'numbers with many zeros': (origin) =>
    graphql(
      origin,
      `{"query":"query ($n: Int) { files(bucket: \\"box\\", first: $n) { nodes { path } } }","variables":{"n":0.1${'0'.repeat(80_000)}1}}`,
    ),
  'fragments in fragments': (origin) => {
    const fragments = Array.from(
      { length: 300 },
      (_, index) => `fragment f${index} on Query { ...f${index + 1} ...f${index + 1} }`,
    ).join(' ');
    return graphql(
      origin,
      JSON.stringify({ query: `{ ...f0 } ${fragments} fragment f300 on Query { __typename }` }),
    );
  },
  'uploads that policies refuse': (origin, round) =>
    fetch(`${origin}/storage/v1/object/box/refused-${round}`, {
      method: 'PUT',
      body: new Uint8Array(1_000_000),
    }).then((answer) => answer.text()),
  'a burst of operations on one socket': (origin) =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${origin.replace('http', 'ws')}/graphql`, ['graphql-transport-ws']);
      socket.once('open', () => {
        socket.send(JSON.stringify({ type: 'connection_init' }));
        for (let id = 0; id < 500; id += 1) {
          const payload = { query: gql(`{ __typename }`) };
          socket.send(JSON.stringify({ type: 'subscribe', id: String(id), payload }));
        }
        socket.close();
      });
      socket.on('error', () => undefined);
      socket.once('close', resolve);
    }),
};

it('a normal caller is served while everything hostile goes on, in a process with little memory', async () => {
  const folder = await mkdtemp(join(inject('testRunFolder'), 'soak-'));
  const dev = runCommand(['dev'], {
    BUNBUN_DATA_DIR: folder,
    PORT: '0',
    LOG_LEVEL: 'warn',
    NODE_OPTIONS: '--max-old-space-size=192',
  });
  try {
    const local = await localFileOf(dev, folder);
    const origin = new URL(local.graphqlUrl).origin;
    const service = createClient(origin, local.serviceRoleKey, {
      auth: { persistSession: false },
      realtime: { transport },
    });
    await service.storage.createBucket('box', { public: true });
    const stored = await service.storage.from('box').upload('kept', new Blob(['kept']));
    expect(stored.error).toBeNull();

    let over = false;
    const hostile = Object.values(acts).map(async (act) => {
      for (let round = 0; round < rounds; round += 1) {
        // A refusal may close the connection under the request.
        await act(origin, round).catch(() => undefined);
      }
    });
    const all = Promise.all(hostile).finally(() => {
      over = true;
    });
    let served = 0;
    while (!over) {
      const answer = await fetch(`${origin}/graphql`, {
        ...json(JSON.stringify({ query: gql(`{ sql(statement: "select 1 as x") { rows } }`) })),
        headers: { 'content-type': 'application/json', authorization: `Bearer ${local.serviceRoleKey}` },
      });
      expect(await answer.json()).toMatchObject({ data: { sql: { rows: [{ x: 1 }] } } });
      const file = await fetch(`${origin}/storage/v1/object/public/box/kept`);
      expect(await file.text()).toBe('kept');
      served += 1;
    }
    await all;
    expect(served).toBeGreaterThan(0);
  } finally {
    dev.child.kill('SIGTERM');
    expect(await dev.ended, dev.output().slice(-2_000)).toBe(0);
  }
});
