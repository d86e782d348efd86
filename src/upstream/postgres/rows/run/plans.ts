import { createLru } from '../../../../lib/lru.ts';

/** The statement that a text is to be bound by: without a name it is the unnamed one, which is parsed each time. */
interface Plan {
  readonly name: string;
  /** Postgres has it already. */
  readonly parsed: boolean;
}

/** Which statements one connection has prepared by name. */
export interface Plans {
  /** What to bind `text` by when it runs for `owner`. A text is prepared at its second use. */
  take(owner: string, text: string): Plan;
  /** Names to be closed before anything else is parsed. */
  takeDropped(): readonly string[];
  /** Postgres has taken the Parse of this name. */
  confirm(name: string): void;
  /** Postgres did not take it, or skipped it after an error. */
  fail(name: string): void;
  /** Drops all. */
  forget(): void;
}

const mostPlans = 100;
/** Characters; a longer text is parsed each time. */
const longestText = 16 * 1024;
/** Characters of all texts together that were used once. */
const mostSeen = 256 * 1024;

const unnamed: Plan = { name: '', parsed: false };

export function createPlans(): Plans {
  // A Map keeps the order of insertion, so the first key is the one used longest ago.
  const plans = new Map<string, { readonly name: string; parsed: boolean }>();
  const keysByName = new Map<string, string>();
  const seen = createLru<string, number>(mostSeen, (length) => length);
  let made = 0;
  let dropped: string[] = [];

  function drop(key: string): void {
    const plan = plans.get(key);
    if (plan === undefined) return;
    plans.delete(key);
    keysByName.delete(plan.name);
    if (plan.parsed) dropped.push(plan.name);
  }

  function prepare(key: string): Plan {
    // A name is never used twice: what became of the statement that had it does not matter.
    made += 1;
    const plan = { name: `rows_${made}`, parsed: false };
    plans.set(key, plan);
    keysByName.set(plan.name, key);
    for (const oldest of plans.keys()) {
      if (plans.size <= mostPlans) break;
      drop(oldest);
    }
    return { ...plan };
  }

  return {
    take(owner, text) {
      if (text.length > longestText) return unnamed;
      const key = `${owner}\n${text}`;
      const plan = plans.get(key);
      if (plan !== undefined) {
        plans.delete(key);
        plans.set(key, plan);
        return plan.parsed ? plan : unnamed;
      }
      if (seen.get(key) === undefined) {
        seen.set(key, key.length);
        return unnamed;
      }
      seen.delete(key);
      return prepare(key);
    },
    takeDropped() {
      if (dropped.length === 0) return dropped;
      const names = dropped;
      dropped = [];
      return names;
    },
    confirm(name) {
      const plan = plans.get(keysByName.get(name) ?? '');
      if (plan === undefined) dropped.push(name);
      else plan.parsed = true;
    },
    fail(name) {
      drop(keysByName.get(name) ?? '');
    },
    forget() {
      for (const key of [...plans.keys()]) drop(key);
    },
  };
}
