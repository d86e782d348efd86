import type { NewRow } from '../../../upstream/postgres/rows/compile/write-query.ts';
import type { Relation } from '../../../upstream/postgres/rows/model/model.ts';

/** Rows beyond a junction: each is what a row of the junction, which refers to both ends, refers to. */
export function junctionRows(relation: Relation, rows: readonly NewRow[]): NewRow['children'][number] {
  const { through, columns, other, otherColumns } = relation;
  if (through === undefined) throw new Error(`${relation.apiName} goes through no junction.`);
  const shared = { ...relation, through: undefined };
  const toJunction: Relation = {
    ...shared,
    direction: 'in',
    columns,
    other: through.table,
    otherColumns: through.columns,
  };
  const toOther: Relation = {
    ...shared,
    cardinality: 'one',
    direction: 'out',
    columns: through.otherColumns,
    other,
    otherColumns,
  };
  return {
    relation: toJunction,
    rows: rows.map((row) => ({
      path: row.path,
      values: new Map(),
      parents: [{ relation: toOther, row }],
      children: [],
    })),
  };
}
