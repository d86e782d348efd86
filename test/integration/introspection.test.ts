import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createIntrospectionClient } from '../../src/modules/introspection/client/client.ts';
import {
  type DatabaseGateway,
  makeDemoSchema,
  serviceToken,
  startDatabaseGateway,
} from '../support/database-gateway.ts';
import { gql } from '../support/gql.ts';
import { startPostgresMeta, type TestPostgresMeta } from '../support/postgres-meta.ts';
import { postgresPools } from '../support/postgres-pools.ts';
import { testCall } from '../support/test-call.ts';

let database: DatabaseGateway;
let meta: TestPostgresMeta;

beforeAll(async () => {
  database = await startDatabaseGateway();
  await makeDemoSchema(database.admin);
  meta = await startPostgresMeta(database.server.urlFor('supabase_admin'));
});

afterAll(async () => {
  await meta?.stop();
  await database?.close();
});

const everything = `
  id schema name owner comment kind rowEstimate sizeBytes rlsEnabled rlsForced replicaIdentity partitionKey primaryKey
  columns { name position type typeSchema default isNullable isIdentity identityGeneration isGenerated
    generationExpression isUpdatable isPrimaryKey isUnique enumValues collation comment }
  indexes { id schema name definition method columns includedColumns predicate isUnique isPrimary isExclusion isValid
    isReplicaIdentity isClustered comment }
  policies { id name command isPermissive roles using withCheck comment }
  triggers { id name timing level events enabled condition functionSchema functionName functionArguments definition comment }
  constraints { id name type definition columns isDeferrable isInitiallyDeferred isValidated comment }
  references { id name schema table columns referencedSchema referencedTable referencedColumns onUpdate onDelete
    definition isDeferrable isInitiallyDeferred isValidated comment }
  referencedBy { id name schema table columns referencedTable }`;

/** Numbers in the catalogues differ from one database to the next. */
function withoutIds(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, item) => (key === 'id' ? undefined : item)));
}

async function table(schema: string, name: string) {
  const { data, errors } = await database.ask(
    gql(`query ($schema: String!, $name: String!) { table(schema: $schema, name: $name) {
      id schema name owner comment kind rowEstimate sizeBytes rlsEnabled rlsForced replicaIdentity partitionKey primaryKey
      columns { name position type typeSchema default isNullable isIdentity identityGeneration isGenerated
        generationExpression isUpdatable isPrimaryKey isUnique enumValues collation comment }
      indexes { id schema name definition method columns includedColumns predicate isUnique isPrimary isExclusion isValid
        isReplicaIdentity isClustered comment }
      policies { id name command isPermissive roles using withCheck comment }
      triggers { id name timing level events enabled condition functionSchema functionName functionArguments definition comment }
      constraints { id name type definition columns isDeferrable isInitiallyDeferred isValidated comment }
      references { id name schema table columns referencedSchema referencedTable referencedColumns onUpdate onDelete
        definition isDeferrable isInitiallyDeferred isValidated comment }
      referencedBy { id name schema table columns referencedTable } } }`),
    { schema, name },
  );
  expect(errors).toEqual([]);
  return data.table;
}

describe('one table', () => {
  it('shows everything about a table that has one of everything', async () => {
    expect(withoutIds(await table('demo', 'tasks'))).toMatchInlineSnapshot(`
      {
        "columns": [
          {
            "collation": null,
            "comment": null,
            "default": null,
            "enumValues": [],
            "generationExpression": null,
            "identityGeneration": "ALWAYS",
            "isGenerated": false,
            "isIdentity": true,
            "isNullable": false,
            "isPrimaryKey": true,
            "isUnique": true,
            "isUpdatable": true,
            "name": "id",
            "position": 1,
            "type": "bigint",
            "typeSchema": "pg_catalog",
          },
          {
            "collation": null,
            "comment": null,
            "default": null,
            "enumValues": [],
            "generationExpression": null,
            "identityGeneration": "BY_DEFAULT",
            "isGenerated": false,
            "isIdentity": true,
            "isNullable": false,
            "isPrimaryKey": false,
            "isUnique": false,
            "isUpdatable": true,
            "name": "serial_number",
            "position": 2,
            "type": "integer",
            "typeSchema": "pg_catalog",
          },
          {
            "collation": null,
            "comment": null,
            "default": null,
            "enumValues": [],
            "generationExpression": null,
            "identityGeneration": null,
            "isGenerated": false,
            "isIdentity": false,
            "isNullable": true,
            "isPrimaryKey": false,
            "isUnique": false,
            "isUpdatable": true,
            "name": "owner",
            "position": 3,
            "type": "uuid",
            "typeSchema": "pg_catalog",
          },
          {
            "collation": null,
            "comment": null,
            "default": null,
            "enumValues": [],
            "generationExpression": null,
            "identityGeneration": null,
            "isGenerated": false,
            "isIdentity": false,
            "isNullable": false,
            "isPrimaryKey": false,
            "isUnique": true,
            "isUpdatable": true,
            "name": "title",
            "position": 4,
            "type": "text",
            "typeSchema": "pg_catalog",
          },
          {
            "collation": null,
            "comment": null,
            "default": "'todo'::demo.task_status",
            "enumValues": [
              "todo",
              "doing",
              "done",
            ],
            "generationExpression": null,
            "identityGeneration": null,
            "isGenerated": false,
            "isIdentity": false,
            "isNullable": false,
            "isPrimaryKey": false,
            "isUnique": false,
            "isUpdatable": true,
            "name": "status",
            "position": 6,
            "type": "demo.task_status",
            "typeSchema": "demo",
          },
          {
            "collation": null,
            "comment": null,
            "default": null,
            "enumValues": [
              "todo",
              "doing",
              "done",
            ],
            "generationExpression": null,
            "identityGeneration": null,
            "isGenerated": false,
            "isIdentity": false,
            "isNullable": true,
            "isPrimaryKey": false,
            "isUnique": false,
            "isUpdatable": true,
            "name": "statuses",
            "position": 7,
            "type": "demo.task_status[]",
            "typeSchema": "demo",
          },
          {
            "collation": null,
            "comment": null,
            "default": null,
            "enumValues": [
              "todo",
              "doing",
              "done",
            ],
            "generationExpression": null,
            "identityGeneration": null,
            "isGenerated": false,
            "isIdentity": false,
            "isNullable": true,
            "isPrimaryKey": false,
            "isUnique": false,
            "isUpdatable": true,
            "name": "wrapped",
            "position": 8,
            "type": "demo.status_domain",
            "typeSchema": "demo",
          },
          {
            "collation": null,
            "comment": null,
            "default": null,
            "enumValues": [],
            "generationExpression": null,
            "identityGeneration": null,
            "isGenerated": false,
            "isIdentity": false,
            "isNullable": false,
            "isPrimaryKey": false,
            "isUnique": false,
            "isUpdatable": true,
            "name": "price",
            "position": 9,
            "type": "demo.positive",
            "typeSchema": "demo",
          },
          {
            "collation": null,
            "comment": null,
            "default": null,
            "enumValues": [],
            "generationExpression": null,
            "identityGeneration": null,
            "isGenerated": false,
            "isIdentity": false,
            "isNullable": true,
            "isPrimaryKey": false,
            "isUnique": false,
            "isUpdatable": true,
            "name": "place",
            "position": 10,
            "type": "demo.point2",
            "typeSchema": "demo",
          },
          {
            "collation": null,
            "comment": null,
            "default": null,
            "enumValues": [],
            "generationExpression": "upper(title)",
            "identityGeneration": null,
            "isGenerated": true,
            "isIdentity": false,
            "isNullable": true,
            "isPrimaryKey": false,
            "isUnique": false,
            "isUpdatable": true,
            "name": "shout",
            "position": 11,
            "type": "text",
            "typeSchema": "pg_catalog",
          },
          {
            "collation": null,
            "comment": null,
            "default": null,
            "enumValues": [],
            "generationExpression": null,
            "identityGeneration": null,
            "isGenerated": false,
            "isIdentity": false,
            "isNullable": true,
            "isPrimaryKey": false,
            "isUnique": false,
            "isUpdatable": true,
            "name": "during",
            "position": 12,
            "type": "tstzrange",
            "typeSchema": "pg_catalog",
          },
        ],
        "comment": null,
        "constraints": [
          {
            "columns": [
              "during",
            ],
            "comment": null,
            "definition": "EXCLUDE USING gist (during WITH &&)",
            "isDeferrable": false,
            "isInitiallyDeferred": false,
            "isValidated": true,
            "name": "apart",
            "type": "EXCLUSION",
          },
          {
            "columns": [
              "price",
            ],
            "comment": null,
            "definition": "CHECK (((price)::integer < 1000))",
            "isDeferrable": false,
            "isInitiallyDeferred": false,
            "isValidated": true,
            "name": "cheap",
            "type": "CHECK",
          },
          {
            "columns": [
              "id",
            ],
            "comment": null,
            "definition": "PRIMARY KEY (id)",
            "isDeferrable": false,
            "isInitiallyDeferred": false,
            "isValidated": true,
            "name": "tasks_pkey",
            "type": "PRIMARY_KEY",
          },
          {
            "columns": [
              "title",
            ],
            "comment": null,
            "definition": "CHECK ((length(title) > 0))",
            "isDeferrable": false,
            "isInitiallyDeferred": false,
            "isValidated": true,
            "name": "tasks_title_check",
            "type": "CHECK",
          },
        ],
        "indexes": [
          {
            "columns": [
              "during",
            ],
            "comment": null,
            "definition": "CREATE INDEX apart ON demo.tasks USING gist (during)",
            "includedColumns": [],
            "isClustered": false,
            "isExclusion": true,
            "isPrimary": false,
            "isReplicaIdentity": false,
            "isUnique": false,
            "isValid": true,
            "method": "gist",
            "name": "apart",
            "predicate": null,
            "schema": "demo",
          },
          {
            "columns": [
              "owner",
              "lower(title)",
            ],
            "comment": "what is left",
            "definition": "CREATE INDEX tasks_open ON demo.tasks USING btree (owner, lower(title) DESC) INCLUDE (status) WHERE (status <> 'done'::demo.task_status)",
            "includedColumns": [
              "status",
            ],
            "isClustered": false,
            "isExclusion": false,
            "isPrimary": false,
            "isReplicaIdentity": false,
            "isUnique": false,
            "isValid": true,
            "method": "btree",
            "name": "tasks_open",
            "predicate": "(status <> 'done'::demo.task_status)",
            "schema": "demo",
          },
          {
            "columns": [
              "id",
            ],
            "comment": null,
            "definition": "CREATE UNIQUE INDEX tasks_pkey ON demo.tasks USING btree (id)",
            "includedColumns": [],
            "isClustered": false,
            "isExclusion": false,
            "isPrimary": true,
            "isReplicaIdentity": false,
            "isUnique": true,
            "isValid": true,
            "method": "btree",
            "name": "tasks_pkey",
            "predicate": null,
            "schema": "demo",
          },
          {
            "columns": [
              "title",
            ],
            "comment": null,
            "definition": "CREATE UNIQUE INDEX tasks_title ON demo.tasks USING btree (title)",
            "includedColumns": [],
            "isClustered": false,
            "isExclusion": false,
            "isPrimary": false,
            "isReplicaIdentity": false,
            "isUnique": true,
            "isValid": true,
            "method": "btree",
            "name": "tasks_title",
            "predicate": null,
            "schema": "demo",
          },
        ],
        "kind": "TABLE",
        "name": "tasks",
        "owner": "supabase_admin",
        "partitionKey": null,
        "policies": [
          {
            "command": "SELECT",
            "comment": null,
            "isPermissive": false,
            "name": "narrow",
            "roles": [
              "public",
            ],
            "using": "true",
            "withCheck": null,
          },
          {
            "command": "ALL",
            "comment": null,
            "isPermissive": true,
            "name": "own",
            "roles": [
              "anon",
              "authenticated",
            ],
            "using": "(owner = auth.uid())",
            "withCheck": "(owner = auth.uid())",
          },
        ],
        "primaryKey": [
          "id",
        ],
        "referencedBy": [],
        "references": [
          {
            "columns": [
              "owner",
            ],
            "comment": null,
            "definition": "FOREIGN KEY (owner) REFERENCES demo.profiles(id) ON UPDATE RESTRICT ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED",
            "isDeferrable": true,
            "isInitiallyDeferred": true,
            "isValidated": true,
            "name": "tasks_owner_fkey",
            "onDelete": "CASCADE",
            "onUpdate": "RESTRICT",
            "referencedColumns": [
              "id",
            ],
            "referencedSchema": "demo",
            "referencedTable": "profiles",
            "schema": "demo",
            "table": "tasks",
          },
        ],
        "replicaIdentity": "FULL",
        "rlsEnabled": true,
        "rlsForced": true,
        "rowEstimate": null,
        "schema": "demo",
        "sizeBytes": "40960",
        "triggers": [
          {
            "comment": null,
            "condition": null,
            "definition": "CREATE TRIGGER "Loud" AFTER TRUNCATE ON demo.tasks FOR EACH STATEMENT EXECUTE FUNCTION demo.touch()",
            "enabled": "DISABLED",
            "events": [
              "TRUNCATE",
            ],
            "functionArguments": [],
            "functionName": "touch",
            "functionSchema": "demo",
            "level": "STATEMENT",
            "name": "Loud",
            "timing": "AFTER",
          },
          {
            "comment": null,
            "condition": "(new.title IS NOT NULL)",
            "definition": "CREATE TRIGGER touch BEFORE INSERT OR UPDATE OF title ON demo.tasks FOR EACH ROW WHEN ((new.title IS NOT NULL)) EXECUTE FUNCTION demo.touch('a b', '', 'é')",
            "enabled": "ORIGIN",
            "events": [
              "INSERT",
              "UPDATE",
            ],
            "functionArguments": [
              "a b",
              "",
              "é",
            ],
            "functionName": "touch",
            "functionSchema": "demo",
            "level": "ROW",
            "name": "touch",
            "timing": "BEFORE",
          },
        ],
      }
    `);
  });

  it('shows names with quotes, upper case, emoji and dots, and leaves dropped columns out', async () => {
    const odd = await table('Odd "Names" 😀', 'tàble.with.dots');
    expect(odd.columns.map((column: { name: string }) => column.name)).toEqual([
      'select',
      'UPPER',
      'qu"ote',
      '😀',
    ]);
    expect(odd.primaryKey).toEqual(['select']);
    expect(odd.referencedBy[0]).toMatchObject({ table: 'UPPER', columns: ['id'], schema: 'Odd "Names" 😀' });
    const tasks = await table('demo', 'tasks');
    expect(tasks.columns.map((column: { name: string }) => column.name)).not.toContain('gone');
  });

  it('shows every kind of table', async () => {
    const { data } = await database.ask(
      gql(
        `{ tables(schema: "demo") { nodes { name kind sizeBytes rowEstimate partitionKey columns { name isUpdatable } } totalCount } }`,
      ),
    );
    const kinds = data.tables.nodes.map(
      ({ name, kind }: { name: string; kind: string }) => `${name} ${kind}`,
    );
    expect(kinds).toEqual([
      'counts MATERIALIZED_VIEW',
      'events PARTITIONED_TABLE',
      'events_2026 TABLE',
      'far FOREIGN_TABLE',
      'nothing TABLE',
      'open_tasks VIEW',
      'pair_notes TABLE',
      'pairs TABLE',
      'profiles TABLE',
      'tasks TABLE',
    ]);
    expect(data.tables.totalCount).toBe(10);
    const byName = new Map(data.tables.nodes.map((node) => [node.name, node]));
    expect(byName.get('open_tasks')).toMatchObject({ sizeBytes: null, rowEstimate: null });
    expect(byName.get('open_tasks')?.columns.map(({ isUpdatable }) => isUpdatable)).toEqual([
      true,
      true,
      false,
    ]);
    expect(byName.get('nothing')?.columns).toEqual([]);
    expect(byName.get('pairs')).toMatchObject({
      rowEstimate: '0',
      sizeBytes: expect.stringMatching(/^[0-9]+$/),
    });
    expect(byName.get('events')?.partitionKey).toBe('RANGE (day)');
  });

  it('is null when there is none of that name', async () => {
    expect((await database.ask(gql(`{ table(name: "nothing of the kind") { name } }`))).data).toEqual({
      table: null,
    });
  });
});

describe('pages', () => {
  const page = (first: number, after: string | null = null) =>
    database.ask(
      gql(`query ($first: Int!, $after: String) { tables(schema: "demo", first: $first, after: $after) {
        nodes { name } pageInfo { hasNextPage hasPreviousPage endCursor } } }`),
      { first, after },
    );

  it('go through all tables, each once', async () => {
    const names: string[] = [];
    let after: string | null = null;
    for (;;) {
      const { data } = await page(3, after);
      names.push(...data.tables.nodes.map(({ name }) => name));
      if (!data.tables.pageInfo.hasNextPage) break;
      after = data.tables.pageInfo.endCursor;
    }
    expect(names).toHaveLength(10);
    expect(names).toEqual([...new Set(names)].sort());
  });

  it.each([
    'first: 0',
    'first: -1',
    'first: 1001',
    'first: 1000000000',
    'after: "nonsense"',
    'schema: "a\\u0000"',
  ])('refuse %s', async (args) => {
    const { data, errors } = await database.graphqlText(`{ tables(${args}) { nodes { ${everything} } } }`, {
      token: serviceToken,
    });
    expect(data.tables).toBeNull();
    expect(errors[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ path: [args.slice(0, args.indexOf(':'))] }],
    });
  });

  it('refuse a `first` in the tables of a schema', async () => {
    const { errors } = await database.ask(
      gql(`{ schemas { tables(first: 1000000000) { nodes { name } } } }`),
    );
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['first'] }] });
  });

  it('refuse a cursor of another schema, and spoil no other page of the operation', async () => {
    const { data } = await page(1);
    const after = data.tables.pageInfo.endCursor;
    const both = await database.ask(
      gql(`query ($after: String!) {
        bad: tables(after: $after) { nodes { name } }
        good: tables(schema: "demo", after: $after) { nodes { name } }
      }`),
      { after },
    );
    expect(both.errors).toMatchObject([{ path: ['bad'], extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(both.data.good.nodes).toHaveLength(9);
  });
});

describe('other objects', () => {
  it('shows functions with their arguments', async () => {
    const { data, errors } = await database.ask(
      gql(`{ databaseFunctions(schema: "demo") { name kind language signature returnType
      isSetReturning volatility isSecurityDefiner isStrict settings comment body definition
      arguments { name type mode hasDefault } } }`),
    );
    expect(errors).toEqual([]);
    const byName = new Map(data.databaseFunctions.map((each) => [each.name, each]));
    expect([...byName.keys()]).toEqual(['add', 'listing', 'product', 'touch', 'work']);
    expect(byName.get('add')).toMatchObject({
      kind: 'FUNCTION',
      volatility: 'IMMUTABLE',
      isSecurityDefiner: true,
      isStrict: true,
      settings: ['search_path=""'],
      comment: 'adds',
      body: ' select a + b ',
      arguments: [
        { name: 'a', type: 'integer', mode: 'IN', hasDefault: false },
        { name: 'b', type: 'integer', mode: 'IN', hasDefault: true },
        { name: 'total', type: 'integer', mode: 'OUT', hasDefault: false },
      ],
    });
    expect(byName.get('listing')).toMatchObject({
      returnType: 'TABLE(id bigint, name text)',
      isSetReturning: true,
    });
    expect(byName.get('product')).toMatchObject({ kind: 'AGGREGATE', definition: null });
    expect(byName.get('work')).toMatchObject({
      kind: 'PROCEDURE',
      returnType: null,
      arguments: [{ mode: 'INOUT' }],
    });
  });

  it('shows schemas with their tables, extensions, roles and publications', async () => {
    const { data, errors } = await database.ask(
      gql(`{
      schemas { name owner comment tables(first: 2) { nodes { name schema } } }
      extensions { name schema version isInstalled }
      databaseRoles { name isSuperuser bypassesRls canLogin connectionLimit memberOf }
      publications { name events allTables tables { schema name } } }`),
    );
    expect(errors).toEqual([]);
    const find = (list: { name: string }[], name: string) => list.find((each) => each.name === name);
    expect(find(data.schemas, 'demo')).toMatchObject({
      comment: 'for looking at',
      tables: { nodes: [{ name: 'counts' }, { name: 'events' }] },
    });
    expect(find(data.schemas, 'pg_catalog')).toBeUndefined();
    expect(find(data.extensions, 'plpgsql')).toMatchObject({ schema: 'pg_catalog', isInstalled: true });
    expect(find(data.databaseRoles, 'service_role')).toMatchObject({
      bypassesRls: true,
      canLogin: false,
      connectionLimit: null,
    });
    expect(find(data.publications, 'demo_publication')).toEqual({
      name: 'demo_publication',
      events: ['INSERT', 'UPDATE'],
      allTables: false,
      tables: [
        { schema: 'demo', name: 'pairs' },
        { schema: 'demo', name: 'tasks' },
      ],
    });
  });
});

describe('statements', () => {
  it('are as many for one table as for all of them, and none for what is not selected', async () => {
    const { admin } = database;
    await admin.unsafe(`create extension if not exists pg_stat_statements;
      create schema many; do $$ begin for i in 1..300 loop
        execute format('create table many.t%s (id int primary key, other int references many.t%s)', i, greatest(i - 1, 1));
      end loop; end $$`);
    const count = async (text: string): Promise<number> => {
      await admin`select pg_stat_statements_reset()`;
      const { errors } = await database.graphqlText(text, { token: serviceToken });
      expect(errors).toEqual([]);
      const [row] = await admin`select sum(calls)::int as calls from pg_stat_statements
        where query not like '%pg_stat_statements%' and query like '%pg_catalog%'`;
      return row?.['calls'];
    };
    const all = `name sizeBytes columns { name isPrimaryKey } primaryKey indexes { name } policies { name }
      triggers { name } constraints { name } references { name } referencedBy { name }`;
    const one = await count(`{ table(schema: "many", name: "t1") { ${all} } }`);
    const many = await count(`{ tables(schema: "many", first: 1000) { nodes { ${all} } } }`);
    expect(await count(`{ tables(schema: "many", first: 1000) { nodes { ${everything} } } }`)).toBe(many);
    expect(many).toBe(one);
    expect(many).toBeLessThanOrEqual(10);
    expect(
      await count(gql(`{ tables(schema: "many", first: 1000) { nodes { name rlsEnabled comment } } }`)),
    ).toBe(1);
  });
});

describe('5,000 tables', () => {
  it('are complete through pages, each page with as many statements as the first', async () => {
    const { admin } = database;
    // Each COMMIT frees the locks of what was made.
    await admin.unsafe(`create extension if not exists pg_stat_statements; create schema crowd`);
    await admin.unsafe(`do $$ begin for i in 1..5000 loop
        execute format('create table crowd.t%s (id int primary key, parent int references crowd.t%s)', i, greatest(i - 1, 1));
        if i % 250 = 0 then commit; end if;
      end loop; end $$`);
    const page = (after: string | null) =>
      database.ask(
        gql(`query ($after: String) { tables(schema: "crowd", first: 1000, after: $after) {
          nodes { name columns { name } primaryKey indexes { name } policies { name } references { referencedTable } }
          pageInfo { hasNextPage endCursor } totalCount } }`),
        { after },
      );
    const names: string[] = [];
    const statements: number[] = [];
    let after: string | null = null;
    do {
      await admin`select pg_stat_statements_reset()`;
      const { data, errors } = await page(after);
      expect(errors).toEqual([]);
      const [row] = await admin`select sum(calls)::int as calls from pg_stat_statements
        where query not like '%pg_stat_statements%' and query like '%pg_catalog%'`;
      statements.push(row?.['calls']);
      for (const { name, ...node } of data.tables.nodes) {
        names.push(name);
        const parent = Math.max(Number(name.slice(1)) - 1, 1);
        expect(node).toEqual({
          columns: [{ name: 'id' }, { name: 'parent' }],
          primaryKey: ['id'],
          indexes: [{ name: `${name}_pkey` }],
          policies: [],
          references: [{ referencedTable: `t${parent}` }],
        });
      }
      expect(data.tables.totalCount).toBe(5_000);
      after = data.tables.pageInfo.hasNextPage ? data.tables.pageInfo.endCursor : null;
    } while (after !== null);
    expect(names).toEqual(Array.from({ length: 5_000 }, (_, index) => `t${index + 1}`).sort());
    expect(statements).toEqual(Array(5).fill(statements[0]));
    expect(statements[0]).toBeLessThanOrEqual(10);
  }, 120_000);
});

describe('a table that is dropped while it is read', () => {
  it('is one typed error, never half a table', async () => {
    await database.admin.unsafe('create table demo.vanishing (id int)');
    const pools = postgresPools({ url: database.server.databaseUrl });
    const client = createIntrospectionClient({ pools });
    const [found] = await client.tablesByName([{ schema: 'demo', name: 'vanishing' }], testCall());
    await database.admin.unsafe('drop table demo.vanishing');
    for (const read of [
      client.columns,
      client.indexes,
      client.columnKeys,
      client.tableSizes,
      client.references,
    ]) {
      await expect(read([found?.id ?? ''], testCall())).rejects.toMatchObject({
        code: 'CONFLICT',
        details: { retryable: true },
      });
    }
    await pools.end();
  });
});

const metaTables = z.array(
  z.object({
    id: z.number(),
    name: z.string(),
    rls_enabled: z.boolean(),
    rls_forced: z.boolean(),
    replica_identity: z.string(),
    bytes: z.number(),
    comment: z.string().nullable(),
    primary_keys: z.array(z.object({ name: z.string() })),
    columns: z.array(
      z.object({
        name: z.string(),
        ordinal_position: z.number(),
        default_value: z.unknown(),
        is_identity: z.boolean(),
        identity_generation: z.string().nullable(),
        is_generated: z.boolean(),
        is_nullable: z.boolean(),
        enums: z.array(z.string()),
        comment: z.string().nullable(),
      }),
    ),
  }),
);
const metaIndexes = z.array(
  z.object({ id: z.number(), index_definition: z.string(), is_unique: z.boolean() }),
);
const metaPolicies = z.array(
  z.object({
    id: z.number(),
    definition: z.string().nullable(),
    check: z.string().nullable(),
    command: z.string(),
  }),
);
const metaTriggers = z.array(
  z.object({
    id: z.number(),
    activation: z.string(),
    enabled_mode: z.string(),
    function_args: z.array(z.string()),
  }),
);

describe('beside postgres-meta', () => {
  const byId = <T extends { id: string | number }>(list: readonly T[]) =>
    [...list].sort((a, b) => Number(a.id) - Number(b.id));
  async function ofMeta<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T>> {
    const response = await fetch(`${meta.url}${path}?included_schemas=demo`);
    return schema.parse(await response.json());
  }

  it('says the same of tables and columns', async () => {
    const theirs = byId(await ofMeta('/tables', metaTables));
    // They come in whatever order the plan of the moment gives.
    for (const { columns } of theirs) columns.sort((a, b) => a.ordinal_position - b.ordinal_position);
    const { data } = await database.graphqlText(`{ tables(schema: "demo") { nodes { ${everything} } } }`, {
      token: serviceToken,
    });
    const ours = byId(
      data.tables.nodes.filter(
        ({ kind }: { kind: string }) => kind === 'TABLE' || kind === 'PARTITIONED_TABLE',
      ),
    );
    // Only what both know: a domain over an enum has labels here, and none there.
    const column = (given: Record<string, unknown>) => ({
      name: given['name'],
      position: given['ordinal_position'] ?? given['position'],
      nullable: given['is_nullable'] ?? given['isNullable'],
      identity: given['is_identity'] ?? given['isIdentity'],
      comment: given['comment'],
      default: given['default_value'] ?? given['default'] ?? given['generationExpression'] ?? null,
    });
    const common = (given: z.output<z.ZodAny>) => ({
      name: given.name,
      rls: [given.rls_enabled ?? given.rlsEnabled, given.rls_forced ?? given.rlsForced],
      replicaIdentity: given.replica_identity ?? given.replicaIdentity,
      comment: given.comment,
      primaryKey:
        given.primary_keys?.map(({ name }: { name: string }) => name).sort() ?? [...given.primaryKey].sort(),
      columns: given.columns.map(column),
    });
    expect(ours.map(common)).toEqual(theirs.map(common));
  });

  it('says the same of indexes, policies and triggers', async () => {
    const { data } = await database.ask(
      gql(`{ tables(schema: "demo") { nodes {
        indexes { id definition isUnique } policies { id command using withCheck }
        triggers { id timing events enabled } } } }`),
    );
    const { nodes } = data.tables;
    const indexes = byId(nodes.flatMap((node) => node.indexes)).map((each) => [
      Number(each.id),
      each.definition,
      each.isUnique,
    ]);
    // postgres-meta leaves some indexes out.
    expect(indexes).toEqual(
      expect.arrayContaining(
        (await ofMeta('/indexes', metaIndexes)).map((each) => [
          each.id,
          each.index_definition,
          each.is_unique,
        ]),
      ),
    );
    const policies = byId(nodes.flatMap((node) => node.policies)).map((each) => [
      Number(each.id),
      each.using?.replaceAll('auth.', '') ?? null,
      each.withCheck?.replaceAll('auth.', '') ?? null,
      each.command,
    ]);
    expect(policies).toEqual(
      byId(await ofMeta('/policies', metaPolicies)).map((each) => [
        each.id,
        each.definition,
        each.check,
        each.command,
      ]),
    );
    // postgres-meta asks information_schema.triggers, which has none for TRUNCATE.
    const triggers = byId(nodes.flatMap((node) => node.triggers))
      .filter(({ events }) => String(events) !== 'TRUNCATE')
      .map((each) => [Number(each.id), each.timing, each.enabled]);
    expect(triggers).toEqual(
      byId(await ofMeta('/triggers', metaTriggers)).map((each) => [
        each.id,
        each.activation,
        each.enabled_mode,
      ]),
    );
  });
});
