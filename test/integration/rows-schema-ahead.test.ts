import { expect, it } from 'vitest';
import type { Logger } from '../../src/observability/logger.ts';
import { startRowsGateway } from '../support/rows-gateway.ts';
import { silentLog } from '../support/test-call.ts';

it('says at the start, once for all roles, which types are not called as their tables are', async () => {
  const remarks: unknown[] = [];
  const log: Logger = {
    ...silentLog,
    warn: (fields) => void ('remark' in fields && remarks.push(fields.remark)),
    child: () => log,
  };
  const schema = `
    create table "user" (id int primary key, name text); create table people (id int primary key);
    grant select on "user", people to anon; grant select, insert on "user" to authenticated;`;
  await using gateway = await startRowsGateway(schema, {}, { log });
  const expected = ['UserEdge', 'UserConnection'].map(
    (name) => `the type ${name} is called Db${name}: another one has its name`,
  );
  expect(remarks).toEqual(expected);
  const { data } = await gateway.graphqlText('{ db { userConnection { __typename } } }');
  expect(data).toEqual({ db: { userConnection: { __typename: 'DbUserConnection' } } });
  await gateway.admin`create table public.more (id int)`;
  await gateway.admin`grant select on public.more to anon`;
  await expect
    .poll(async () => (await gateway.graphqlText('{ db { more { id } } }')).data)
    .toEqual({ db: { more: [] } });
  expect(remarks).toEqual(expected);
});
