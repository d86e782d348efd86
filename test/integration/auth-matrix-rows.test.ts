import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serviceToken } from '../support/database-gateway.ts';
import { gql } from '../support/gql.ts';
import { type RowsGateway, startRowsGateway } from '../support/rows-gateway.ts';
import { hmacToken, keyClaims, nowSeconds, userClaims } from '../support/tokens.ts';

// What each caller may do with one table: `papers`, whose grants and policies differ by role.

const owner = '11111111-1111-4111-8111-111111111111';

const schema = `
  create table papers (
    id int primary key, owner uuid default auth.uid(), title text not null, draft text, salary int);
  alter table papers enable row level security;
  create role editor;
  create role outsider;
  revoke all on papers from anon, authenticated;
  grant usage on schema public to editor, outsider;
  grant editor, outsider to bunbun_rows;
  grant select (id, title), insert (id, title) on papers to anon;
  grant select (id, owner, title, draft), insert (id, title, draft), update (title, draft), delete on papers to authenticated;
  grant select (id, title, draft), update (title) on papers to editor;
  grant all on papers to service_role;
  create policy published on papers for select to anon using (id = 1);
  create policy suggested on papers for insert to anon with check (id >= 100);
  create policy own on papers to authenticated using (owner = auth.uid()) with check (owner = auth.uid());
  create policy edited on papers to editor using (draft is not null) with check (draft is not null);
`;

type Verb = 'select' | 'insert' | 'update' | 'delete';

interface Expected {
  /** The rows that a select gives, and how many the others reach; or the code of the refusal. */
  readonly verbs: Readonly<Record<Verb, readonly number[] | number | string>>;
  /** The columns that the types of rows have; undefined where there is no such type. */
  readonly names: Readonly<
    Record<'PapersRow' | 'PapersInsert' | 'PapersUpdate', readonly string[] | undefined>
  >;
}

const unknown = 'GRAPHQL_VALIDATION_FAILED';
const nothing = { PapersRow: undefined, PapersInsert: undefined, PapersUpdate: undefined };
const all = ['id', 'owner', 'title', 'draft', 'salary'];

const asAnon: Expected = {
  verbs: { select: [1], insert: 1, update: unknown, delete: unknown },
  names: { PapersRow: ['id', 'title'], PapersInsert: ['id', 'title'], PapersUpdate: undefined },
};
const unauthenticated: Expected = {
  verbs: {
    select: 'UNAUTHENTICATED',
    insert: 'UNAUTHENTICATED',
    update: 'UNAUTHENTICATED',
    delete: 'UNAUTHENTICATED',
  },
  names: nothing,
};

const callers: readonly (readonly [string, string | undefined, Expected])[] = [
  ['nobody', undefined, asAnon],
  ['anon', hmacToken(keyClaims('anon')), asAnon],
  [
    'authenticated',
    hmacToken(userClaims({ sub: owner })),
    {
      verbs: { select: [1, 2], insert: 1, update: 2, delete: 2 },
      names: {
        PapersRow: ['id', 'owner', 'title', 'draft'],
        PapersInsert: ['id', 'title', 'draft'],
        PapersUpdate: ['title', 'draft'],
      },
    },
  ],
  [
    'authenticated, with no rows of his own',
    hmacToken(userClaims()),
    {
      verbs: { select: [], insert: 1, update: 0, delete: 0 },
      names: {
        PapersRow: ['id', 'owner', 'title', 'draft'],
        PapersInsert: ['id', 'title', 'draft'],
        PapersUpdate: ['title', 'draft'],
      },
    },
  ],
  [
    'an extra role',
    hmacToken(userClaims({ role: 'editor' })),
    {
      verbs: { select: [2, 3], insert: unknown, update: 2, delete: unknown },
      names: { PapersRow: ['id', 'title', 'draft'], PapersInsert: undefined, PapersUpdate: ['title'] },
    },
  ],
  [
    'an extra role without any right',
    hmacToken(userClaims({ role: 'outsider' })),
    { verbs: { select: unknown, insert: unknown, update: unknown, delete: unknown }, names: nothing },
  ],
  [
    'service_role',
    serviceToken,
    {
      verbs: { select: [1, 2, 3, 4], insert: 1, update: 4, delete: 4 },
      names: { PapersRow: all, PapersInsert: all, PapersUpdate: all },
    },
  ],
  ['a token that is none', 'this.is.not-a-token', unauthenticated],
  ['a token that has expired', hmacToken(userClaims({ exp: nowSeconds() - 600 })), unauthenticated],
  ['a token of another secret', hmacToken(userClaims(), { secret: 'x'.repeat(40) }), unauthenticated],
  ['a token without a signature', hmacToken(userClaims()).replace(/[^.]+$/, ''), unauthenticated],
  ['a token of a role that nobody has', hmacToken(userClaims({ role: 'supabase_admin' })), unauthenticated],
];

let gateway: RowsGateway;
beforeAll(async () => {
  gateway = await startRowsGateway(schema, { EXTRA_AUTHENTICATED_ROLES: 'editor,outsider' });
});
afterAll(() => gateway.close());
beforeEach(() =>
  gateway.admin.unsafe(`
    truncate public.papers;
    insert into public.papers values
      (1, '${owner}', 'one', null, 1), (2, '${owner}', 'two', 'draft', 2),
      (3, '${owner.replaceAll('1', '3')}', 'three', 'draft', 3), (4, '${owner.replaceAll('1', '4')}', 'four', null, 4);`),
);

const operations: Readonly<Record<Verb, string>> = {
  select: '{ db { papers(orderBy: [{ id: ASC }]) { id } } }',
  insert: 'mutation { db { insertPapers(objects: [{ id: 100, title: "new" }]) { affectedCount } } }',
  update:
    'mutation { db { updatePapers(where: {}, all: true, set: { title: "changed" }) { affectedCount } } }',
  delete: 'mutation { db { deletePapers(where: {}, all: true) { affectedCount } } }',
};

/** What somebody may do, of which the database says the same. */
async function verdictOf(
  verb: Verb,
  token: string | undefined,
): Promise<readonly number[] | number | string> {
  const { data, errors } = await gateway.graphqlText(operations[verb], token === undefined ? {} : { token });
  const code: unknown = errors[0]?.extensions.code;
  if (typeof code === 'string') return code;
  if (verb === 'select') return data.db.papers.map(({ id }: { id: number }) => id);
  const answer: { affectedCount: number }[] = Object.values(data.db);
  return answer[0]?.affectedCount ?? Number.NaN;
}

async function changedRows(): Promise<number> {
  const [row] = await gateway.admin`select count(*) filter (where title in ('new', 'changed'))::int
    + greatest(4 - count(*) filter (where title <> 'new'), 0)::int as changed from public.papers`;
  return row?.['changed'];
}

describe.each(callers)('`db` for %s', (_caller, token, { verbs, names }) => {
  it.each(['select', 'insert', 'update', 'delete'] as const)('%s', async (verb) => {
    const verdict = await verdictOf(verb, token);
    expect(verdict).toEqual(verbs[verb]);
    expect(await changedRows()).toBe(verb === 'select' || typeof verdict === 'string' ? 0 : verdict);
  });

  it('has the names that he may use, and no other', async () => {
    const { data, errors } = await gateway.graphql(
      gql(`{ __schema { types { name fields { name } inputFields { name } } } }`),
      token === undefined ? {} : { token },
    );
    if (verbs.select === 'UNAUTHENTICATED') {
      expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
      return;
    }
    const types = data.__schema.types;
    for (const [name, expected] of Object.entries(names)) {
      const type = types.find((each) => each.name === name);
      const found = (type?.fields ?? type?.inputFields)?.map((field) => field.name);
      expect([name, found]).toEqual([name, expected]);
    }
    const shown = new Set(Object.values(names).flatMap((columns) => columns ?? []));
    const text = JSON.stringify(types);
    for (const column of ['salary', 'draft']) expect(text.includes(`"${column}"`)).toBe(shown.has(column));
    expect(/papers/i.test(text)).toBe(shown.size > 0);
  });
});
