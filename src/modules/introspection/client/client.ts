import { badInput } from '../../../lib/bad-input.ts';
import { checkFirst, decodeCursor, encodeCursor } from '../../../lib/cursor.ts';
import type { Page } from '../../../lib/page.ts';
import { formatTextArray } from '../../../upstream/postgres/array.ts';
import { itemsOfEach, rowOfEach } from '../../../upstream/postgres/catalogue/about-tables.ts';
import { createCatalogueReader, stillThere } from '../../../upstream/postgres/catalogue/catalogue-reader.ts';
import type { CatalogueStatement } from '../../../upstream/postgres/catalogue/catalogue-statement.ts';
import {
  type ColumnKeys,
  columnKeys,
  columns,
  type DatabaseColumn,
} from '../../../upstream/postgres/catalogue/columns.ts';
import {
  constraints,
  type DatabaseConstraint,
  type DatabaseForeignKey,
  referencedBy,
  references,
} from '../../../upstream/postgres/catalogue/constraints.ts';
import {
  type DatabaseExtension,
  type DatabasePublication,
  type DatabaseRole,
  type DatabaseSchema,
  extensions,
  publications,
  roles,
  schemas,
} from '../../../upstream/postgres/catalogue/database-objects.ts';
import {
  type DatabaseFunction,
  functionDefinitions,
  functions,
} from '../../../upstream/postgres/catalogue/functions.ts';
import { type DatabaseIndex, indexes } from '../../../upstream/postgres/catalogue/indexes.ts';
import { type DatabasePolicy, policies } from '../../../upstream/postgres/catalogue/policies.ts';
import {
  type DatabaseTable,
  tableByName,
  tableCounts,
  tablePages,
  tableSizes,
  tablesByName,
} from '../../../upstream/postgres/catalogue/tables.ts';
import { type DatabaseTrigger, triggers } from '../../../upstream/postgres/catalogue/triggers.ts';
import type { PostgresPools } from '../../../upstream/postgres/pools.ts';
import { requireDatabase } from '../../../upstream/postgres/require-database.ts';
import type { Call } from '../../../viewer/call.ts';

/** The most tables of one page. */
const maxTablesPerPage = 1_000;

export interface TablePageRequest {
  readonly schema: string;
  readonly first: number;
  readonly after?: string | null | undefined;
}

export interface TableName {
  readonly schema: string;
  readonly name: string;
}

/** The tables of one schema. */
interface TablePage extends Page<DatabaseTable> {
  readonly schema: string;
}

interface FunctionDefinition {
  readonly body: string;
  readonly definition: string | null;
}

/**
 * What the database is made of. Methods that take lists answer in their order with one statement, however long they
 * are. All reject with AppErrors alone: CONFLICT, retryable, where something was dropped while it was read.
 */
export interface IntrospectionClient {
  schemas(includeSystem: boolean, call: Call): Promise<readonly DatabaseSchema[]>;
  tablePages(requests: readonly TablePageRequest[], call: Call): Promise<readonly TablePage[]>;
  tableCounts(schemaNames: readonly string[], call: Call): Promise<readonly number[]>;
  tablesByName(names: readonly TableName[], call: Call): Promise<readonly (DatabaseTable | undefined)[]>;
  tableSizes(tableIds: readonly string[], call: Call): Promise<readonly (string | null)[]>;
  columns(tableIds: readonly string[], call: Call): Promise<readonly (readonly DatabaseColumn[])[]>;
  columnKeys(tableIds: readonly string[], call: Call): Promise<readonly ColumnKeys[]>;
  indexes(tableIds: readonly string[], call: Call): Promise<readonly (readonly DatabaseIndex[])[]>;
  policies(tableIds: readonly string[], call: Call): Promise<readonly (readonly DatabasePolicy[])[]>;
  triggers(tableIds: readonly string[], call: Call): Promise<readonly (readonly DatabaseTrigger[])[]>;
  constraints(tableIds: readonly string[], call: Call): Promise<readonly (readonly DatabaseConstraint[])[]>;
  references(tableIds: readonly string[], call: Call): Promise<readonly (readonly DatabaseForeignKey[])[]>;
  referencedBy(tableIds: readonly string[], call: Call): Promise<readonly (readonly DatabaseForeignKey[])[]>;
  functions(schema: string, call: Call): Promise<readonly DatabaseFunction[]>;
  functionDefinitions(ids: readonly string[], call: Call): Promise<readonly FunctionDefinition[]>;
  extensions(call: Call): Promise<readonly DatabaseExtension[]>;
  roles(call: Call): Promise<readonly DatabaseRole[]>;
  publications(call: Call): Promise<readonly DatabasePublication[]>;
}

export interface IntrospectionClientDeps {
  /** Undefined where the deployment has no DATABASE_URL: every method is then NOT_CONFIGURED. */
  readonly pools: Pick<PostgresPools, 'general'> | undefined;
}

/** BAD_USER_INPUT for a page that cannot be asked for; apart, so that one bad page does not spoil a batch. */
export function checkTablePage({ schema, first, after }: TablePageRequest): void {
  checkName(schema, 'schema');
  checkFirst(first, maxTablesPerPage);
  if (typeof after === 'string') nameInCursor(schema, after);
}

/** Reads the catalogues on the gateway's own connections. */
export function createIntrospectionClient({ pools }: IntrospectionClientDeps): IntrospectionClient {
  const readCatalogue = createCatalogueReader();
  async function read<Row>(
    statement: CatalogueStatement<Row>,
    params: readonly (string | null)[],
    call: Call,
  ) {
    return await readCatalogue(requireDatabase(pools).general, statement, params, call);
  }
  const readSizes = rowOfEach(read, tableSizes);

  return {
    schemas: (includeSystem, call) => read(schemas, [String(includeSystem)], call),
    async tablePages(requests, call) {
      const pages = requests.map(({ schema, first, after }) => ({
        schema: checkName(schema, 'schema'),
        size: checkFirst(first, maxTablesPerPage),
        after: typeof after === 'string' ? nameInCursor(schema, after) : null,
      }));
      const rows = await read(
        tablePages,
        [
          formatTextArray(pages.map(({ schema }) => schema)),
          formatTextArray(pages.map(({ after }) => after)),
          formatTextArray(pages.map(({ size }) => String(size + 1))),
        ],
        call,
      );
      const byPage: (typeof rows)[number][][] = pages.map(() => []);
      for (const row of rows) byPage[row.page]?.push(row);
      return pages.map(({ schema, size, after }, index) => {
        const found = byPage[index] ?? [];
        return {
          schema,
          edges: found.slice(0, size).map((table) => ({
            node: table,
            cursor: encodeCursor(cursorKind(schema), [table.name]),
          })),
          hasNextPage: found.length > size,
          hasPreviousPage: after !== null,
        };
      });
    },
    async tableCounts(schemaNames, call) {
      const rows = await read(tableCounts, [formatTextArray(schemaNames)], call);
      const bySchema = new Map(rows.map(({ schema, count }) => [schema, count]));
      return schemaNames.map((name) => bySchema.get(name) ?? 0);
    },
    async tablesByName(names, call) {
      const schemaNames = names.map(({ schema }) => checkName(schema, 'schema'));
      const tableNames = names.map(({ name }) => checkName(name, 'name'));
      const [schemaName = '', tableName = ''] = [schemaNames[0], tableNames[0]];
      const rows =
        names.length === 1
          ? await read(tableByName, [schemaName, tableName], call)
          : await read(tablesByName, [formatTextArray(schemaNames), formatTextArray(tableNames)], call);
      return names.map(({ schema, name }) => rows.find((row) => row.schema === schema && row.name === name));
    },
    tableSizes: async (tableIds, call) => (await readSizes(tableIds, call)).map(({ sizeBytes }) => sizeBytes),
    columns: itemsOfEach(read, columns),
    columnKeys: rowOfEach(read, columnKeys),
    indexes: itemsOfEach(read, indexes),
    policies: itemsOfEach(read, policies),
    triggers: itemsOfEach(read, triggers),
    constraints: itemsOfEach(read, constraints),
    references: itemsOfEach(read, references),
    referencedBy: itemsOfEach(read, referencedBy),
    functions: async (schema, call) => await read(functions, [checkName(schema, 'schema')], call),
    async functionDefinitions(ids, call) {
      const rows = await read(functionDefinitions, [formatTextArray(ids)], call);
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => stillThere(byId.get(id)));
    },
    extensions: (call) => read(extensions, [], call),
    roles: (call) => read(roles, [], call),
    publications: (call) => read(publications, [], call),
  };
}

function cursorKind(schema: string): string {
  return `tables of ${schema}`;
}

function nameInCursor(schema: string, cursor: string): string {
  const [name] = decodeCursor(cursorKind(schema), cursor);
  return checkName(String(name), 'after');
}

/** Postgres cannot take a NUL, and nothing has such a name. */
function checkName(name: string, argument: string): string {
  if (!name.includes('\0')) return name;
  throw badInput([argument], `${argument}: contains a NUL character`);
}
