import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RowsGateway, startRowsGateway } from '../support/rows-gateway.ts';
import { hmacToken, userClaims } from '../support/tokens.ts';

const columns = `@graphql({"columns": {"id": "int", "title": "text"}})`;

const schema = `
  create table notes (id int primary key, title text not null);
  insert into notes values (1, 'one'), (2, 'two'), (3, 'three');
  grant select, insert on notes to authenticated;
  create function found(beyond int) returns setof record language sql stable
    as $$ select id, title from notes where id > beyond order by id $$;
  comment on function found(int) is '${columns}';
  create function newest() returns record language sql stable
    as $$ select id, title from notes order by id desc limit 1 $$;
  comment on function newest() is '${columns}';
  create function noted(id int, title text) returns setof record language sql volatile
    as $$ insert into notes values (noted.id, noted.title) returning id, title $$;
  comment on function noted(int, text) is '${columns}';
  create function listed() returns table (note_id int, words text[]) language sql stable
    as $$ select id, string_to_array(title, ' ') from notes order by id $$;
  create function counted(inout lowest int, out total int, out newest text) language sql stable
    as $$ select lowest, count(*)::int, max(title) from notes where id >= lowest $$;
  create function other_columns() returns setof record language sql stable as $$ select 'x'::text, 1 $$;
  comment on function other_columns() is '${columns}';
  create function other_record() returns record language plpgsql stable
    as $$ declare r record; begin select 1, 2, 3 into r; return r; end $$;
  comment on function other_record() is '${columns}';
  create function hidden_one() returns setof record language sql stable as $$ select id, title from notes $$;
  comment on function hidden_one() is '${columns}';
  revoke execute on function hidden_one() from public, anon, authenticated;
`;

let gateway: RowsGateway;
beforeAll(async () => {
  gateway = await startRowsGateway(schema);
});
afterAll(() => gateway.close());

const ask = async (text: string) =>
  await gateway.graphqlText(text, {
    token: hmacToken(userClaims({ sub: '11111111-1111-4111-8111-111111111111' })),
  });

describe('a function that gives rows of its own', () => {
  it('is read with the columns that its comment gives, or that it declares itself', async () => {
    const { data, errors } = await ask(`{ db {
      found(beyond: 1, limit: 1) { title __typename }
      newest { id title }
      listed(offset: 2) { noteId words }
      counted(lowest: 2) { lowest total newest }
    } }`);
    expect(errors).toEqual([]);
    expect(data).toEqual({
      db: {
        found: [{ title: 'two', __typename: 'FoundResult' }],
        newest: { id: 3, title: 'three' },
        listed: [{ noteId: 3, words: ['three'] }],
        counted: { lowest: 2, total: 2, newest: 'two' },
      },
    });
  });

  it('may write', async () => {
    const { data, errors } = await ask('mutation { db { noted(id: 9, title: "nine") { title id } } }');
    expect(errors).toEqual([]);
    expect(data).toEqual({ db: { noted: [{ title: 'nine', id: 9 }] } });
  });

  it('says what it gives where that is not what its comment says', async () => {
    for (const field of ['otherColumns', 'otherRecord']) {
      const { data, errors } = await ask(`{ db { ${field} { id } } }`);
      expect(data).toEqual({ db: null });
      expect(errors).toMatchObject([
        { path: ['db', field], extensions: { code: 'UPSTREAM_ERROR', reason: 'function_result' } },
      ]);
    }
  });

  it('is not there for a role that may not call it', async () => {
    const { errors } = await ask('{ db { hiddenOne { id } } }');
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });
});
