import { formatTextArray } from '../../array.ts';
import type { CatalogueStatement } from '../../catalogue/catalogue-statement.ts';
import type { PostgresSql } from '../../postgres-sql.ts';
import { functions } from '../catalogue/functions.ts';
import { foreignKeys, keys } from '../catalogue/keys.ts';
import { namedTypes } from '../catalogue/named-types.ts';
import { columns, schemas as existing, relations } from '../catalogue/relations.ts';
import { type TraceRow, traces } from '../catalogue/traces.ts';
import { types } from '../catalogue/types.ts';
import { buildModel } from './build-model.ts';
import type { RowsModel } from './model.ts';

/**
 * Reads what the schemas hold, of which the first one's names have no prefix, in one transaction of its own. Rejects as
 * `PostgresSql` does.
 */
export async function readRowsModel(sql: PostgresSql, schemas: readonly string[]): Promise<RowsModel> {
  const exposed = [...new Set(schemas)];
  const params = [formatTextArray(exposed)];
  const read = <Row>({ text }: CatalogueStatement<Row>) => sql.query<Row & object>(text, params);
  const answers = [
    // Of a login such as `authenticator`, whose statements may take little time.
    sql.run(
      'begin isolation level repeatable read read only; set local statement_timeout = 0; set local jit = off',
    ),
    read(existing),
    read(relations),
    read(columns),
    read(keys),
    read(foreignKeys),
    read(types),
    read(namedTypes),
    read(functions),
    sql.query<TraceRow & object>(traces.text),
    sql.run('commit'),
  ] as const;
  // What was sent is answered before the connection is anybody else's, whatever failed.
  await Promise.allSettled(answers);
  const [
    ,
    schemaRows,
    relationRows,
    columnRows,
    keyRows,
    foreignKeyRows,
    typeRows,
    nameRows,
    functionRows,
    traceRows,
  ] = await Promise.all(answers);
  return buildModel(exposed, {
    schemas: schemaRows,
    relations: relationRows,
    columns: columnRows,
    keys: keyRows,
    foreignKeys: foreignKeyRows,
    types: typeRows,
    namedTypes: nameRows,
    functions: functionRows,
    traces: traceRows,
  });
}
