import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { serviceToken } from '../support/database-gateway.ts';
import { gql } from '../support/gql.ts';
import { liveResults } from '../support/live-results.ts';
import { sendRaw } from '../support/raw-request.ts';
import { type RowsGateway, startRowsGateway } from '../support/rows-gateway.ts';
import { hmacToken, userClaims } from '../support/tokens.ts';

const token = hmacToken(userClaims());

const schema = `
  create table notes (id int generated always as identity primary key, tenant text not null, body text not null);
  alter table notes enable row level security;
  create policy tenant on notes to authenticated
    using (tenant = current_setting('request.headers')::json ->> 'x-tenant')
    with check (tenant = current_setting('request.headers')::json ->> 'x-tenant');
  grant select, insert, update on notes to authenticated;
  create function told() returns json language sql stable as $$ select current_setting('request.headers')::json $$;
`;
const notes = '{ db { notes { body } } }';

let gateway: RowsGateway;
beforeAll(async () => {
  gateway = await startRowsGateway(schema, { ROWS_REQUEST_HEADERS: 'X-Tenant, x-region' });
});
beforeEach(async () => {
  await gateway.admin`truncate notes`;
  await gateway.admin`insert into notes (tenant, body) values ('red', 'of red'), ('blue', 'of blue')`;
});
afterAll(async () => await gateway.close());

const ask = async (text: string, headers: Record<string, string> = {}) =>
  await gateway.graphqlText(text, { token, headers });

/** Follows over a socket that was opened with headers. */
function follow(query: string, headers: Record<string, string>) {
  class HeadedSocket extends WebSocket {
    constructor(url: string, protocol: string) {
      super(url, protocol, { headers });
    }
  }
  const client = createClient({
    url: gateway.graphqlWsUrl,
    webSocketImpl: HeadedSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${token}` },
  });
  return { live: liveResults(client, query), leave: async () => await client.dispose() };
}

it('shows callers of one identity the rows of the header that each has sent', async () => {
  const [red, blue, nobody] = await Promise.all([
    ask(notes, { 'x-tenant': 'red' }),
    ask(notes, { 'X-Tenant': 'blue' }),
    ask(notes),
  ]);
  expect(red.data).toEqual({ db: { notes: [{ body: 'of red' }] } });
  expect(blue.data).toEqual({ db: { notes: [{ body: 'of blue' }] } });
  expect(nobody.data).toEqual({ db: { notes: [] } });
});

it('binds writes to it', async () => {
  const insert = (tenant: string) =>
    `mutation { db { insertNotesOne(object: { tenant: "${tenant}", body: "new" }) { body } } }`;
  const headers = { 'x-tenant': 'red' };
  expect((await ask(insert('red'), headers)).data).toEqual({ db: { insertNotesOne: { body: 'new' } } });
  expect((await ask(insert('blue'), headers)).errors).toMatchObject([
    { extensions: { code: 'FORBIDDEN', reason: 'row_level_security' } },
  ]);
  const update = `mutation { db { updateNotes(where: {}, set: { body: "x" }, all: true) { affectedCount } } }`;
  expect((await ask(update, headers)).data).toEqual({ db: { updateNotes: { affectedCount: 2 } } });
});

it('takes a mutation under the same key, but with another header, for another request', async () => {
  const insert = `mutation { db { insertNotesOne(object: { tenant: "red", body: "new" }) { body } } }`;
  const key = { 'idempotency-key': randomUUID() };
  const first = await ask(insert, { ...key, 'x-tenant': 'red' });
  expect(first.data).toEqual({ db: { insertNotesOne: { body: 'new' } } });
  expect((await ask(insert, { ...key, 'x-tenant': 'red' })).data).toEqual(first.data);
  expect((await ask(insert, { ...key, 'x-tenant': 'blue' })).errors).toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT', reason: 'idempotency_key_reused' } },
  ]);
});

it('lets followers share only what those with the same header see', async () => {
  const query = `subscription ${notes}`;
  const followers = ['red', 'blue', 'red'].map((tenant) => ({
    tenant,
    ...follow(query, { 'x-tenant': tenant }),
  }));
  const bodies = (tenant: string, ...more: string[]) => ({
    db: { notes: [`of ${tenant}`, ...more].map((body) => ({ body })) },
  });
  try {
    for (const { tenant, live } of followers) await expect.poll(() => live.latest).toEqual(bodies(tenant));
    await gateway.admin`insert into notes (tenant, body) values ('red', 'more'), ('blue', 'others')`;
    for (const { tenant, live } of followers) {
      await expect.poll(() => live.latest).toEqual(bodies(tenant, tenant === 'red' ? 'more' : 'others'));
      expect(JSON.stringify(live.results)).not.toContain(tenant === 'red' ? 'of blue' : 'of red');
    }
  } finally {
    await Promise.all(followers.map(({ leave }) => leave()));
  }
});

it('tells of no other header, and of each as text, however it was written', async () => {
  const told = async (lines: readonly string[]) => {
    const body = JSON.stringify({ query: '{ db { told } }' });
    const { text } = await sendRaw(
      gateway.url,
      [
        'POST /graphql HTTP/1.1',
        'Host: localhost',
        'Content-Type: application/json',
        'Connection: close',
        `Content-Length: ${body.length}`,
        `Authorization: Bearer ${token}`,
        ...lines,
        '',
        body,
      ].join('\r\n'),
    );
    return JSON.parse(text).data.db.told;
  };
  expect(await told(['X-Other: 1', 'Cookie: a=b'])).toEqual({});
  // The socket writes UTF-8.
  expect(await told(['X-Region: "é"\\', 'X-Tenant: a', 'x-tenant: b'])).toEqual({
    'x-tenant': 'a, b',
    'x-region': '"é"\\',
  });
  // As a browser writes it: a byte a character.
  const latin = await ask('{ db { told } }', { 'x-region': 'é', 'x-tenant': '\xff' });
  expect(latin.data).toEqual({ db: { told: { 'x-tenant': 'ÿ', 'x-region': 'é' } } });
});

it('tells of those that are said where an operation is asked as somebody else, and of none of its own', async () => {
  const asked = gql(`query ($operation: String!, $as: RlsExplainAs!) {
    rlsExplain(operation: $operation, as: $as) { tables { visible } answer }
  }`);
  const explain = async (headers: Record<string, unknown>) =>
    await gateway.graphql(asked, {
      token: serviceToken,
      headers: { 'x-tenant': 'red' },
      variables: { operation: notes, as: { role: 'authenticated', headers } },
    });
  expect((await explain({ 'X-Tenant': 'blue' })).data).toEqual({
    rlsExplain: { tables: [{ visible: 1 }], answer: { db: { notes: [{ body: 'of blue' }] } } },
  });
  expect((await explain({})).data).toMatchObject({ rlsExplain: { tables: [{ visible: 0 }] } });
  const refused = [{ 'x-other': '1' }, { 'x-tenant': 1 }, { 'x-tenant': 'a'.repeat(4_097) }];
  for (const headers of refused) {
    expect((await explain(headers)).errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['as', 'headers'] }] } },
    ]);
  }
});

it('is nobody’s header where an operation is asked as somebody else', async () => {
  const { data } = await gateway.graphql(
    gql(`query ($operation: String!) {
      runAs(operation: $operation, as: { role: "authenticated" })
      rlsExplain(operation: $operation, as: { role: "authenticated" }) { answer }
    }`),
    {
      token: serviceToken,
      headers: { 'x-tenant': 'red' },
      variables: { operation: '{ db { told } }' },
    },
  );
  expect(data).toEqual({ runAs: { db: { told: {} } }, rlsExplain: { answer: { db: { told: {} } } } });
});

it('refuses headers that hold too much, where policies would read them', async () => {
  const headers = { 'x-tenant': 'a'.repeat(3_000), 'x-region': 'b'.repeat(3_000) };
  expect(await ask(notes, headers)).toMatchObject({
    data: { db: null },
    errors: [{ path: ['db'], extensions: { code: 'PAYLOAD_TOO_LARGE', limit: 4_096 } }],
  });
  expect((await gateway.graphql(gql(`{ viewer { role } }`), { token, headers })).errors).toEqual([]);
  const socket = new WebSocket(gateway.graphqlWsUrl, 'graphql-transport-ws', { headers });
  const [error] = await once(socket, 'error');
  expect(String(error)).toContain('431');
});
