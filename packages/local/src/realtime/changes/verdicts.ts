import type { Sql } from 'postgres';
import type { LocalLog } from '../../lib/log.ts';
import type { RowMessage } from './pgoutput.ts';
import type { Relation } from './relation.ts';

/** What one caller may see of a changed row. */
interface Verdict {
  readonly rls: boolean;
  readonly selectable: ReadonlySet<string>;
  readonly visible: boolean;
}

/** What row level security and column privileges say of a change, by each of the callers' claims. */
export async function verdictsFor(
  { sql, log }: { readonly sql: Sql; readonly log: LocalLog },
  type: RowMessage['type'],
  relation: Relation,
  raw: ReadonlyMap<string, string | null>,
  claims: readonly string[],
): Promise<Map<string, Verdict>> {
  const keyValues = relation.primaryKey.map((name) => raw.get(name) ?? null);
  const rows = await sql<{ rls: boolean; selectable: string[]; visible: boolean; error: string | null }[]>`
    select rls, selectable, visible, error from realtime.check_change(
      ${relation.oid}, ${type}, ${sql.array([...relation.primaryKey])}, ${sql.array(keyValues)},
      ${sql.array([...claims])})`;
  const verdicts = new Map<string, Verdict>();
  rows.forEach(({ rls, selectable, visible, error }, index) => {
    const text = claims[index];
    if (error !== null)
      log.warn({ table: relation.name, error }, 'a policy raised; its caller gets no event');
    if (text !== undefined) verdicts.set(text, { rls, selectable: new Set(selectable), visible });
  });
  return verdicts;
}
