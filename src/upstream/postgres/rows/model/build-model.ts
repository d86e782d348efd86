import type { FunctionRow } from '../catalogue/functions.ts';
import type { ForeignKeyRow, KeyRow } from '../catalogue/keys.ts';
import type { ColumnRow, RelationRow } from '../catalogue/relations.ts';
import type { TypeRow } from '../catalogue/types.ts';
import { collectForeignKeys } from './foreign-keys.ts';
import { buildFunctions } from './functions.ts';
import type { RowsModel } from './model.ts';
import { fullName } from './names.ts';
import { addRelations } from './relations.ts';
import { buildTables } from './tables.ts';
import { createValueTypes } from './value-types.ts';

interface CatalogueRows {
  readonly relations: readonly RelationRow[];
  readonly columns: readonly ColumnRow[];
  readonly keys: readonly KeyRow[];
  readonly foreignKeys: readonly ForeignKeyRow[];
  readonly types: readonly TypeRow[];
  readonly functions: readonly FunctionRow[];
}

/** The model of what was read of `schemas`, of which the first one's names have no prefix. */
export function buildModel(schemas: readonly string[], rows: CatalogueRows): RowsModel {
  const remarks: string[] = [];
  const remark = (text: string): void => {
    remarks.push(text);
  };
  const prefixOf = (schema: string): readonly string[] => (schema === schemas[0] ? [] : [schema]);
  const types = createValueTypes(rows.types, { prefixOf, remark });
  const tables = buildTables({ ...rows, types, prefixOf, remark });
  const drafts = [...tables.values()];
  addRelations(drafts, collectForeignKeys(tables, rows.foreignKeys, remark), remark);
  const functions = buildFunctions({ rows: rows.functions, tables, types, prefixOf, remark });
  for (const { table } of drafts) {
    if (!table.runsAsOwner) continue;
    remark(`${fullName(table)} shows what its owner sees, past row level security: see security_invoker`);
  }
  return { tables: drafts.map(({ table }) => table), functions, remarks };
}
