import type { Environment } from './read-environment.ts';
import type { Variable } from './variable.ts';

export interface MisspeltName {
  /** As the environment has it. */
  readonly name: string;
  /** The variable that it is nearly. */
  readonly meant: string;
}

/** Well-known variables of others that happen to lie near one of ours. */
const ofOthers = new Set([
  'AUTH0_URL',
  'LOGLEVEL',
  'METRICS_HOST',
  'OAUTH_URL',
  'POSTGRES_URI',
  'POSTGRES_URL',
]);

/** Two edits in a name, fewer in a short one: HOME is not HOST, and MONGO_URL not KONG_URL. */
function allowedEdits(name: string): number {
  if (name.length < 7) return 0;
  return name.length < 10 ? 1 : 2;
}

/**
 * Names in the environment that are none of ours, and nearly one that is not given. Whatever lies farther away is
 * nobody's business here.
 */
export function misspeltNames(env: Environment, variables: readonly Variable[]): MisspeltName[] {
  const ours = new Set(
    variables.flatMap(({ name, aliases = [], secret }) =>
      [name, ...aliases].flatMap((one) => (secret ? [one, `${one}_FILE`] : [one])),
    ),
  );
  const isSet = (name: string) => (env[name]?.trim() ?? '') !== '';
  const absent = [...ours].filter((name) => !isSet(name));
  return Object.keys(env).flatMap((name) => {
    if (!isSet(name) || ours.has(name) || ofOthers.has(name)) return [];
    const meant = absent.find((one) => edits(name.toUpperCase(), one) <= allowedEdits(one));
    return meant === undefined ? [] : [{ name, meant }];
  });
}

/** Letters that are wrong, missing, too many or exchanged with their neighbour; Infinity where it is surely over 2. */
function edits(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return Number.POSITIVE_INFINITY;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const wrong = a[i - 1] === b[j - 1] ? 0 : 1;
      const ways = [(last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + wrong];
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        ways.push((beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(Math.min(...ways));
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? Number.POSITIVE_INFINITY;
}
