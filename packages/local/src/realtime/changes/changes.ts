import type { Sql } from 'postgres';
import type { LocalLog } from '../../lib/log.ts';
import type { JsonText } from '../wire/raw-json.ts';
import type { Claims } from '../wire/token.ts';
import { type Change, type ChangeRow, changeData, errorData, rowError } from './change-data.ts';
import type { Transaction } from './change-stream.ts';
import type { FilterTerm } from './filter.ts';
import type { RawValue, RelationMessage } from './pgoutput.ts';
import { loadRelation, type Relation, toJsonValues } from './relation.ts';
import { type ChangeSpec, resolveSpec, type Subscription } from './subscriptions.ts';

/** A channel, as far as row changes are concerned. */
export interface Subscriber {
  deliverChange(ids: readonly number[], data: JsonText): void;
}

export interface Changes {
  /** Subscribes, or replaces what the subscriber had. Throws SubscribeError. */
  subscribe(subscriber: Subscriber, specs: readonly ChangeSpec[], claims: Claims): Promise<void>;
  unsubscribe(subscriber: Subscriber): void;
  /** Forgets every subscription, as a cold start of the real server's worker does. */
  clear(): void;
  deliver(transaction: Transaction): Promise<void>;
}

interface Entry {
  readonly claims: Claims;
  readonly subscriptions: readonly Subscription[];
}

interface Candidate {
  readonly subscriber: Subscriber;
  readonly claims: Claims;
  readonly subscription: Subscription;
}

interface Verdict {
  readonly rls: boolean;
  readonly selectable: ReadonlySet<string>;
  readonly visible: boolean;
}

const maxChangeBytes = 1024 * 1024;

interface ChangesOptions {
  readonly sql: Sql;
  readonly log: LocalLog;
  /** Counts a delivery; false drops it, as the real server does beyond its limit. */
  readonly admit: () => boolean;
}

/** Holds the subscriptions to row changes and gives each caller what walrus would. */
export function createChanges({ sql, log, admit }: ChangesOptions): Changes {
  const entries = new Map<Subscriber, Entry>();
  const relations = new Map<RelationMessage, Promise<Relation>>();
  const latest = new Map<number, RelationMessage>();

  /** A message that repeats is a new object: the table may have changed, and its predecessor is dropped. */
  function relationOf(message: RelationMessage): Promise<Relation> {
    const previous = latest.get(message.oid);
    if (previous !== message) {
      if (previous !== undefined) relations.delete(previous);
      latest.set(message.oid, message);
      const loading = loadRelation(sql, message);
      relations.set(message, loading);
      // What failed once, for want of a connection, is tried again with the next change.
      loading.catch(() => {
        relations.delete(message);
        latest.delete(message.oid);
      });
    }
    return relations.get(message) ?? loadRelation(sql, message);
  }

  function candidatesFor(row: ChangeRow['row']): Candidate[] {
    const found: Candidate[] = [];
    for (const [subscriber, { claims, subscriptions }] of entries) {
      for (const subscription of subscriptions) {
        if (subscription.relation !== row.relation) continue;
        if (subscription.event !== '*' && subscription.event !== row.type) continue;
        found.push({ subscriber, claims, subscription });
      }
    }
    return found;
  }

  async function deliverRow(source: ChangeRow, commitTimestamp: string): Promise<void> {
    const candidates = candidatesFor(source.row);
    if (candidates.length === 0) return;
    const relation = await relationOf(source.relation);
    const raw = rawValues(source, relation);
    const [change, verdicts, passing] = await Promise.all([
      toChange(sql, source, relation, commitTimestamp),
      verdictsFor(sql, source, relation, raw, candidates, log),
      passingFilters(sql, raw, candidates),
    ]);
    const texts = new Map<string, JsonText>();
    const events = new Map<Subscriber, { ids: number[]; data: JsonText }>();
    for (const { subscriber, claims, subscription } of candidates) {
      const verdict = verdicts.get(claims.text);
      if (verdict === undefined) continue;
      const error = rowError(change, verdict.selectable);
      if (error === undefined && !(verdict.visible && passing.has(subscription))) continue;
      const textKey = JSON.stringify([error, [...verdict.selectable], subscription.select]);
      const data =
        texts.get(textKey) ??
        (error === undefined
          ? changeData(change, { ...verdict, select: subscription.select })
          : errorData(change, error));
      texts.set(textKey, data);
      const event = events.get(subscriber);
      if (event !== undefined && event.data === data) event.ids.push(subscription.specId);
      else if (event === undefined) events.set(subscriber, { ids: [subscription.specId], data });
      else if (admit()) subscriber.deliverChange([subscription.specId], data);
    }
    for (const [subscriber, { ids, data }] of events) {
      if (admit()) subscriber.deliverChange(ids, data);
    }
  }

  return {
    async subscribe(subscriber, specs, claims) {
      const resolved = await Promise.all(specs.map((spec) => resolveSpec(sql, spec, claims)));
      entries.set(subscriber, { claims, subscriptions: resolved.flat() });
    },
    unsubscribe(subscriber) {
      entries.delete(subscriber);
    },
    clear() {
      entries.clear();
    },
    async deliver(transaction) {
      for (const source of transaction.rows) {
        try {
          await deliverRow(source, transaction.commitTimestamp);
        } catch (error) {
          log.error({ err: error }, 'a change could not be delivered');
        }
      }
    },
  };
}

/** The values a filter and the visibility check may use: under a key identity the old row holds its key alone. */
function rawValues({ row }: ChangeRow, relation: Relation): Map<string, string | null> {
  const values = new Map<string, string | null>();
  for (const { name, position } of relation.columns) {
    const value = row.row === undefined ? oldValue(row.old, relation, name, position) : row.row[position];
    if (value !== undefined) values.set(name, value);
  }
  return values;
}

function oldValue(
  old: readonly RawValue[] | undefined,
  relation: Relation,
  name: string,
  position: number,
): RawValue {
  return relation.identityFull || relation.primaryKey.includes(name) ? old?.[position] : undefined;
}

async function toChange(
  sql: Sql,
  { row }: ChangeRow,
  relation: Relation,
  commitTimestamp: string,
): Promise<Change> {
  const record =
    row.row === undefined ? new Map<string, JsonText>() : await toJsonValues(sql, relation, row.row);
  // Under replica identity DEFAULT an update that keeps its key carries no old row: the key is the new row's.
  const old = row.old ?? row.row;
  const oldRecord =
    row.type === 'INSERT' || old === undefined
      ? new Map<string, JsonText>()
      : await toJsonValues(sql, relation, old);
  for (const [name, value] of row.old !== undefined && relation.identityFull ? oldRecord : []) {
    if (row.type === 'UPDATE' && !record.has(name)) record.set(name, value);
  }
  const bytes = [...record.values(), ...oldRecord.values()].reduce((sum, value) => sum + value.length, 0);
  return { type: row.type, relation, commitTimestamp, record, oldRecord, tooLarge: bytes > maxChangeBytes };
}

async function verdictsFor(
  sql: Sql,
  { row }: ChangeRow,
  relation: Relation,
  raw: ReadonlyMap<string, string | null>,
  candidates: readonly Candidate[],
  log: LocalLog,
): Promise<Map<string, Verdict>> {
  const claims = [...new Set(candidates.map((candidate) => candidate.claims.text))];
  const keyValues = relation.primaryKey.map((name) => raw.get(name) ?? null);
  const rows = await sql<{ rls: boolean; selectable: string[]; visible: boolean; error: string | null }[]>`
    select rls, selectable, visible, error from realtime.check_change(
      ${relation.oid}, ${row.type}, ${sql.array([...relation.primaryKey])}, ${sql.array(keyValues)},
      ${sql.array(claims)})`;
  const verdicts = new Map<string, Verdict>();
  rows.forEach(({ rls, selectable, visible, error }, index) => {
    const text = claims[index];
    if (error !== null)
      log.warn({ table: relation.name, error }, 'a policy raised; its caller gets no event');
    if (text !== undefined) verdicts.set(text, { rls, selectable: new Set(selectable), visible });
  });
  return verdicts;
}

async function passingFilters(
  sql: Sql,
  raw: ReadonlyMap<string, string | null>,
  candidates: readonly Candidate[],
): Promise<Set<Subscription>> {
  const terms = new Map<string, FilterTerm>();
  const key = (term: FilterTerm): string => JSON.stringify([term.column, term.castType, term.condition]);
  for (const { subscription } of candidates) {
    for (const term of subscription.terms) if (raw.has(term.column)) terms.set(key(term), term);
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
  const passing = new Set<Subscription>();
  for (const { subscription } of candidates) {
    if (subscription.terms.every((term) => passed.has(key(term)))) passing.add(subscription);
  }
  return passing;
}
