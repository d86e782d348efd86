import type { Sql } from 'postgres';
import type { LocalLog } from '../../lib/log.ts';
import type { JsonText } from '../wire/raw-json.ts';
import type { Claims } from '../wire/token.ts';
import { type ChangeRow, changeData, errorData, rowError } from './change-data.ts';
import type { Transaction } from './change-stream.ts';
import { rawValues, readChange } from './change-values.ts';
import { passingFilters } from './passing-filters.ts';
import type { RelationMessage } from './pgoutput.ts';
import { loadRelation, type Relation } from './relation.ts';
import { type ChangeSpec, resolveSpec, type Subscription } from './subscriptions.ts';
import { verdictsFor } from './verdicts.ts';

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
    const callers = [...new Set(candidates.map(({ claims }) => claims.text))];
    const subscriptions = candidates.map(({ subscription }) => subscription);
    const [change, verdicts, passing] = await Promise.all([
      readChange(sql, source, relation, commitTimestamp),
      verdictsFor({ sql, log }, source.row.type, relation, raw, callers),
      passingFilters(sql, raw, subscriptions),
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
