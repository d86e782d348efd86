import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DatabaseApp, makeDemoSchema, startDatabaseApp } from '../support/database-app.ts';

let database: DatabaseApp;

beforeAll(async () => {
  database = await startDatabaseApp();
  await makeDemoSchema(database.admin);
});

afterAll(async () => {
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
    `query ($schema: String!, $name: String!) { table(schema: $schema, name: $name) { ${everything} } }`,
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
});
