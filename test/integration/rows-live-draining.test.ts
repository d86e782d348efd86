import { once } from 'node:events';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { databaseEnv } from '../support/database-gateway.ts';
import { askForEvents } from '../support/event-stream.ts';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { liveClient, liveResults } from '../support/live-results.ts';
import { startNetwork } from '../support/network.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { hmacToken, userClaims } from '../support/tokens.ts';

let server: TestPostgres;
let admin: postgres.Sql;
beforeAll(async () => {
  server = await startTestPostgres();
  admin = postgres(server.urlFor('supabase_admin'), { max: 2, onnotice: () => undefined });
  await admin.unsafe(`
    create table notes (id int primary key, body text not null);
    grant select on notes to authenticated;
    insert into notes values (1, 'first');`);
});
afterAll(async () => {
  await admin.end();
  await server.stop();
});

const token = hmacToken(userClaims());
const query = 'subscription { db { notes { body } } }';

const start = (): Promise<GatewayProcess> =>
  startGatewayProcess({
    ...databaseEnv(server.databaseUrl),
    DATABASE_URL_ROWS: server.rowsUrl,
    DRAIN_DELAY: '3s',
    SHUTDOWN_TIMEOUT: '1s',
  });

const portOf = ({ url }: GatewayProcess): number => Number(new URL(url).port);

const isReady = async (url: string) => (await fetch(`${url}/ready`)).status;

it('live queries are answered while the process drains, and go on with the next one', async () => {
  await using network = await startNetwork();
  await using first = await start();
  await using second = await start();
  network.leadTo(portOf(first));
  const client = liveClient(`ws://127.0.0.1:${network.port}/graphql`, token, 10);
  const codes: unknown[] = [];
  client.on('closed', (event) => codes.push(isCloseEvent(event) ? event.code : event));
  const live = liveResults(client, query);
  const until = async (body: string) =>
    await expect.poll(() => live.latest).toEqual({ db: { notes: [{ body }] } });
  await until('first');
  const stream = await openStream(first);

  const ended = once(first.child, 'exit');
  first.child.kill('SIGTERM');
  network.leadTo(portOf(second));
  await expect.poll(() => isReady(first.url)).toBe(503);
  await admin`update notes set body = 'draining'`;
  await until('draining');
  expect(codes).toEqual([]);
  expect(await ended).toEqual([0, null]);
  expect(codes).toEqual([1001]);
  expect(stream.text).toContain('"body":"draining"');

  await admin`update notes set body = 'after'`;
  await until('after');
  expect(live.results.flatMap(({ errors = [] }) => errors)).toEqual([]);
  expect(live.ended).toBe(false);
  await client.dispose();
});

/** A stream that is read until it ends, or is cut. */
async function openStream({ url }: GatewayProcess): Promise<{ readonly text: string }> {
  const { body } = await askForEvents(`${url}/graphql`, token, { query });
  let text = '';
  const read = async (): Promise<void> => {
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) text += chunk;
  };
  void read().catch(() => undefined);
  return {
    get text() {
      return text;
    },
  };
}

function isCloseEvent(event: unknown): event is { readonly code: number } {
  return typeof event === 'object' && event !== null && 'code' in event;
}
