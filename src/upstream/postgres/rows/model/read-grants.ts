import { createHash } from 'node:crypto';
import { formatTextArray } from '../../array.ts';
import type { PostgresSql } from '../../postgres-sql.ts';
import { type PrivilegeRow, privileges } from '../catalogue/privileges.ts';
import type { Grants } from './grants.ts';
import type { RowsModel } from './model.ts';

/** Reads what a role may do with what `model` holds; a role that does not exist may do nothing. One statement. */
export async function readGrants(sql: PostgresSql, model: RowsModel, role: string): Promise<Grants> {
  const functions = [...model.functions, ...model.tables.flatMap(({ computed }) => computed)];
  const params = [
    role,
    formatTextArray(model.tables.map(({ id }) => id)),
    formatTextArray(functions.map(({ id }) => id)),
  ];
  const rows = await sql.query<PrivilegeRow>(privileges.text, params);
  const tables = new Map(rows.map((row) => [row.id, toTableGrants(row)]));
  const callable = new Set(rows.flatMap(({ kind, id }) => (kind === 'FUNCTION' ? [id] : [])));
  return {
    fingerprint: fingerprintOf(rows),
    mayRead: ({ id }, { position }) => tables.get(id)?.reads.has(position) ?? false,
    mayReadWhole: ({ id }) => tables.get(id)?.readsWhole ?? false,
    mayInsert: ({ id }, { position }) => tables.get(id)?.inserts.has(position) ?? false,
    mayUpdate: ({ id }, { position }) => tables.get(id)?.updates.has(position) ?? false,
    mayInsertInto: ({ id }) => (tables.get(id)?.inserts.size ?? 0) > 0,
    mayDeleteFrom: ({ id }) => tables.get(id)?.deletes ?? false,
    mayCall: ({ id }) => callable.has(id),
  };
}

interface TableGrants {
  readonly readsWhole: boolean;
  readonly deletes: boolean;
  /** Numbers of columns. */
  readonly reads: ReadonlySet<number>;
  readonly inserts: ReadonlySet<number>;
  readonly updates: ReadonlySet<number>;
}

function toTableGrants({ readsWhole, reads, inserts, updates, deletes }: PrivilegeRow): TableGrants {
  return { readsWhole, deletes, reads: new Set(reads), inserts: new Set(inserts), updates: new Set(updates) };
}

/** Of what it may do, whatever lets it. */
function fingerprintOf(rows: readonly PrivilegeRow[]): string {
  const said = rows.filter(isOfUse).map((row) => JSON.stringify(Object.values(row)));
  return createHash('sha256').update(said.sort().join('\n')).digest('base64url');
}

function isOfUse({ kind, reads, inserts, updates, deletes }: PrivilegeRow): boolean {
  return kind === 'FUNCTION' || deletes || [reads, inserts, updates].some((columns) => columns.length > 0);
}
