import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RowsGateway, startRowsGateway } from '../support/rows-gateway.ts';
import { hmacToken, userClaims } from '../support/tokens.ts';

let gateway: RowsGateway;
beforeAll(async () => {
  gateway = await startRowsGateway(`
    create table constructors (id int primary key, name text not null);
    create table cars (
      id int primary key, constructor_id int references constructors, "toString" text, "valueOf" jsonb);
    create table constructor (id int primary key);
    create function greeting(constructor text default 'nobody') returns text language sql stable
      as $$ select 'Hello ' || constructor $$;
    insert into constructors values (1, 'Ferrari');
    insert into cars values (1, 1, 'F40', null);
    grant all on all tables in schema public to authenticated;
  `);
});
afterAll(() => gateway.close());

const ask = async (text: string, variables: Record<string, unknown>) =>
  await gateway.graphqlText(text, { token: hmacToken(userClaims()), variables });

describe('what is called as something that every object inherits', () => {
  it('has its fields', async () => {
    const { data, errors } = await ask(
      '{ db { constructor { id } a: greeting b: greeting(constructor: "you") cars { constructor { name } } } }',
      {},
    );
    expect(errors).toEqual([]);
    expect(data.db).toEqual({
      constructor: [],
      a: 'Hello nobody',
      b: 'Hello you',
      cars: [{ constructor: { name: 'Ferrari' } }],
    });
  });
});

describe('fields of variables that are called so', () => {
  it('are not given where a variable does not give them', async () => {
    const { data, errors } = await ask(
      'query ($where: CarsWhere, $rank: [CarsOrderBy!]) { db { cars(where: $where, orderBy: $rank) { id } } }',
      { where: { id: { eq: 1 } }, rank: { id: 'ASC' } },
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({ db: { cars: [{ id: 1 }] } });
  });

  it('are given where it does', async () => {
    const { data, errors } = await ask(
      'query ($where: CarsWhere) { db { cars(where: $where) { id constructor { name } } } }',
      { where: { constructor: { name: { eq: 'Ferrari' } }, toString: { eq: 'F40' } } },
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({ db: { cars: [{ id: 1, constructor: { name: 'Ferrari' } }] } });
  });

  it('are what new rows have only where they say so', async () => {
    const { data, errors } = await ask(
      'mutation ($car: CarsInsert!) { db { insertCarsOne(object: $car) { id constructorId toString valueOf } } }',
      { car: { id: 2, constructorId: 1 } },
    );
    expect(errors).toEqual([]);
    expect(data.db.insertCarsOne).toEqual({ id: 2, constructorId: 1, toString: null, valueOf: null });
  });
});
