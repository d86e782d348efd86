import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { type PostgresProxy, proxyPostgres } from '../support/postgres-proxy.ts';
import { type RowsGateway, startRowsGateway } from '../support/rows-gateway.ts';
import { hmacToken, userClaims } from '../support/tokens.ts';

let proxy: PostgresProxy;
let gateway: RowsGateway;
/** Looks at what the gateway sends for its callers, before Postgres gets it. */
let watch: (sent: Buffer) => void = () => undefined;

beforeAll(async () => {
  const port = await freePort();
  proxy = await proxyPostgres(port, () => 'pass', {
    sent(bytes) {
      watch(bytes);
      return bytes;
    },
  });
  gateway = await startRowsGateway(
    'create table notes (id int primary key); grant all on notes to authenticated',
    {},
    {
      postgres: { port },
      reached: (url) => (url.includes('bunbun_rows:') ? url.replace(`:${port}/`, `:${proxy.port}/`) : url),
    },
  );
});
afterAll(async () => {
  await gateway.close();
  await proxy[Symbol.asyncDispose]();
});

const insert = async (id: number) =>
  await gateway.graphqlText(`mutation { db { insertNotesOne(object: { id: ${id} }) { id } } }`, {
    token: hmacToken(userClaims()),
  });
const notes = async () =>
  (await gateway.admin`select id from public.notes order by id`).map((row): unknown => row['id']);

it('a connection that is lost before COMMIT has done nothing, and the next one serves', async () => {
  watch = (sent) => {
    if (sent.includes('insert into')) proxy.reset();
  };
  expect(await insert(1)).toMatchObject({
    data: { db: null },
    errors: [{ path: ['db', 'insertNotesOne'], extensions: { code: 'UPSTREAM_UNAVAILABLE' } }],
  });
  watch = () => undefined;
  expect(await notes()).toEqual([]);
  expect((await insert(2)).data).toEqual({ db: { insertNotesOne: { id: 2 } } });
});

it('a connection that is lost after COMMIT leaves it open whether it was done', async () => {
  watch = (sent) => {
    if (sent.includes('commit')) proxy.loseAnswers();
  };
  const answer = insert(3);
  await expect.poll(() => proxy.lost).toBeGreaterThan(0);
  proxy.cut();
  expect(await answer).toMatchObject({
    data: { db: null },
    errors: [{ path: ['db'], extensions: { code: 'OUTCOME_UNKNOWN' } }],
  });
  expect(await notes()).toEqual([2, 3]);
});
