import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RowsGateway, startRowsGateway } from '../support/rows-gateway.ts';

let gateway: RowsGateway;
beforeAll(async () => {
  gateway = await startRowsGateway(
    `
    create table pages (id int primary key, body text not null);
    grant select, update on pages to anon;
    insert into pages values (1, repeat('x', 3000));
  `,
    { ROWS_MAX_ANSWER: '8kb' },
  );
});
afterAll(() => gateway.close());

const fields = (count: number, field: string): string =>
  Array.from({ length: count }, (_, index) => `f${index}: ${field}`).join(' ');

it('all `db` of a query have the room of one', async () => {
  const one = 'db { pages { body } }';
  expect((await gateway.graphqlText(`{ ${fields(2, one)} }`)).errors).toEqual([]);
  const answer = await gateway.graphqlText(`{ ${fields(20, one)} }`);
  expect(answer.errors.length).toBeGreaterThanOrEqual(18);
  for (const { extensions } of answer.errors) expect(extensions).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
});

it('of a mutation what does not fit is not done', async () => {
  const update = (id: number) =>
    `f${id}: db { updatePages(where: { id: { eq: 1 } }, set: { id: ${id} }) { returning { body } } }`;
  const steps = `${update(1)} ${update(1).replace('f1', 'g1')} ${update(7)}`;
  const answer = await gateway.graphqlText(`mutation { ${steps} }`);
  expect(answer.errors).toMatchObject([
    { path: ['f7', 'updatePages'], extensions: { code: 'PAYLOAD_TOO_LARGE' } },
  ]);
  expect(await gateway.admin`select id from pages`).toEqual([{ id: 1 }]);
});
