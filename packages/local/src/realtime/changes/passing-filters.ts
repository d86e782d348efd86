import type { Sql } from 'postgres';
import type { FilterTerm } from './filter.ts';
import type { Subscription } from './subscriptions.ts';

/** Those of the subscriptions whose filter the changed row passes. */
export async function passingFilters(
  sql: Sql,
  raw: ReadonlyMap<string, string | null>,
  subscriptions: readonly Subscription[],
): Promise<Set<Subscription>> {
  const terms = new Map<string, FilterTerm>();
  const key = (term: FilterTerm): string => JSON.stringify([term.column, term.castType, term.condition]);
  for (const { terms: wanted } of subscriptions) {
    for (const term of wanted) if (raw.has(term.column)) terms.set(key(term), term);
  }
  const passed = new Set<string>();
  const tryTerms = async (tried: readonly (readonly [string, FilterTerm])[]) => {
    if (tried.length === 0) return;
    const [answers] = await sql
      .unsafe<Record<string, boolean>[]>(
        `select ${tried.map(([, term], index) => `coalesce($${index + 1}::text::${term.castType} ${term.condition}, false)`).join(', ')}`,
        tried.map(([, term]) => raw.get(term.column) ?? null),
      )
      .values();
    tried.forEach(([termKey], index) => {
      if (answers?.[index] === true) passed.add(termKey);
    });
  };
  await tryTerms([...terms]).catch(async () => {
    // One that raises takes the row from its own subscribers alone.
    await Promise.all([...terms].map((term) => tryTerms([term]).catch(() => undefined)));
  });
  return new Set(subscriptions.filter((one) => one.terms.every((term) => passed.has(key(term)))));
}
