import type { FunctionRow } from '../catalogue/functions.ts';
import type { ForeignKeyRow, KeyRow } from '../catalogue/keys.ts';
import type { NamedTypeRow } from '../catalogue/named-types.ts';
import type { ColumnRow, RelationRow, SchemaRow } from '../catalogue/relations.ts';
import type { TraceRow } from '../catalogue/traces.ts';
import type { TypeRow } from '../catalogue/types.ts';
import { collectForeignKeys } from './foreign-keys.ts';
import { buildFunctions } from './functions.ts';
import type { RowsModel, Table } from './model.ts';
import { clashesOf, fullName, listed } from './names.ts';
import { addRelations } from './relations.ts';
import { rootNames } from './root-names.ts';
import { buildTables } from './tables.ts';
import { createValueTypes } from './value-types.ts';

interface CatalogueRows {
  readonly schemas: readonly SchemaRow[];
  readonly relations: readonly RelationRow[];
  readonly columns: readonly ColumnRow[];
  readonly keys: readonly KeyRow[];
  readonly foreignKeys: readonly ForeignKeyRow[];
  readonly types: readonly TypeRow[];
  readonly namedTypes: readonly NamedTypeRow[];
  readonly functions: readonly FunctionRow[];
  readonly traces: readonly TraceRow[];
}

/** The model of what was read of `schemas`, of which the first one's names have no prefix. */
export function buildModel(schemas: readonly string[], rows: CatalogueRows): RowsModel {
  const remarks: string[] = [];
  const remark = (text: string): void => {
    remarks.push(text);
  };
  for (const schema of schemas) {
    if (!rows.schemas.some(({ name }) => name === schema)) remark(`there is no schema ${schema}`);
  }
  const prefixOf = (schema: string): readonly string[] => (schema === schemas[0] ? [] : [schema]);
  const types = createValueTypes(rows, { prefixOf, remark });
  const tables = buildTables({ ...rows, types, prefixOf, remark });
  const drafts = [...tables.values()];
  addRelations(drafts, collectForeignKeys(tables, rows.foreignKeys, remark), remark);
  const functions = buildFunctions({ rows: rows.functions, tables, types, prefixOf, remark });
  const shown = drafts.map(({ table }) => table);
  remarkOnRoots(shown, remark);
  for (const table of shown.filter(({ runsAsOwner }) => runsAsOwner)) {
    remark(`${fullName(table)} shows what its owner sees, past row level security: see security_invoker`);
  }
  return { tables: shown, functions, remarks };
}

/** Of two tables that would have one field under `db` one gets it. */
function remarkOnRoots(tables: readonly Table[], remark: (text: string) => void): void {
  const names = new Map(tables.map((table) => [table, rootNames(table)]));
  for (const kind of ['reads', 'writes'] as const) {
    for (const [name, meeting] of clashesOf(tables, (table) => names.get(table)?.[kind] ?? [])) {
      remark(
        `${listed(meeting.map(fullName))} would both have the field ${name}: a comment can give them other names`,
      );
    }
  }
}
