import { groupBy } from '../../../../lib/group-by.ts';

// All names that callers know, by one rule: camel case, the database's own words, neither plural nor singular guessed.

/** What GraphQL takes as a name of ours; it keeps `__` for itself. */
export function isLegalName(name: string): boolean {
  return /^[A-Za-z_][0-9A-Za-z_]*$/.test(name) && !name.startsWith('__');
}

/**
 * `created_at` -> `createdAt`, `CREATED_AT` -> `createdAt`, `UserProfile` -> `userProfile`, `_id` -> `_id`. Letters that
 * GraphQL does not know become `u` and their number, other characters divide words, and a digit in front gets a `_`.
 */
export function camelCase(...parts: readonly string[]): string {
  const [first = '', ...others] = parts.flatMap(wordsOf);
  const joined = [lowerFirst(first), ...others.map(upperFirst)].join('');
  const begins = parts[0]?.startsWith('_') || /^[0-9]/.test(joined) || joined === '';
  return begins ? `_${joined}` : joined;
}

function wordsOf(part: string): string[] {
  const legal = part.replace(/[^0-9A-Za-z_]/gu, (char) =>
    /[\p{L}\p{N}]/u.test(char) ? `u${char.codePointAt(0)?.toString(16).padStart(4, '0')}` : '_',
  );
  const words = legal.split('_').filter((word) => word !== '');
  return /[a-z]/.test(legal) ? words : words.map((word) => word.toLowerCase());
}

function lowerFirst(word: string): string {
  return word.charAt(0).toLowerCase() + word.slice(1);
}

/** The same name as the beginning of a type or in the middle of a field: `userProfiles` -> `UserProfiles`. */
export function upperFirst(name: string): string {
  return name.startsWith('_')
    ? `_${upperFirst(name.slice(1))}`
    : name.charAt(0).toUpperCase() + name.slice(1);
}

/** What the types of all tables have in common begins with these, and the roots with `Db`. */
const sharedTypeName =
  /^(?:Boolean|Int|BigInt|Float|Decimal|Text|Other|DateTime|LocalDateTime|Date|Time|Interval|Bytes|Db)(?:List|Range)*$/;

/** What the types of a table begin with. */
export function typeNameOf(apiName: string): string {
  const name = upperFirst(apiName);
  return sharedTypeName.test(name) ? `Db${name}` : name;
}

/** `UserIdAndTeamId` of the columns of a key. */
export function joinedByAnd(columns: readonly { readonly apiName: string }[]): string {
  return columns.map(({ apiName }) => upperFirst(apiName)).join('And');
}

/** The names of columns stand as values of an enum and beside the words of a filter. */
const reservedForColumns = new Set(['and', 'or', 'not', 'true', 'false', 'null']);

export function columnName(name: string): string {
  const camel = camelCase(name);
  return reservedForColumns.has(camel) ? `_${camel}` : camel;
}

/** Whether a field of a row may be called so, as far as the name alone goes. */
export function isColumnName(name: string): boolean {
  return isLegalName(name) && !reservedForColumns.has(name);
}

/** What a function that gives many rows takes beside its own parameters. */
const reservedForParameters = new Set([
  'where',
  'orderBy',
  'distinctOn',
  'limit',
  'offset',
  'first',
  'after',
  'last',
  'before',
]);

export function parameterName(name: string | null, place: number, givesRows: boolean): string {
  const camel = name === null ? `arg${place}` : camelCase(name);
  return givesRows && reservedForParameters.has(camel) ? `_${camel}` : camel;
}

/**
 * The labels of an enum as GraphQL has them. Legal ones keep their names; of others each illegal character becomes `_`,
 * and a number follows where that name is taken: `in progress` -> `in_progress`, `in-progress` -> `in_progress_2`.
 */
export function enumValueNames(
  labels: readonly string[],
  mappings: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const wanted = (label: string): string => mappings.get(label) ?? label;
  const free = freeNames();
  const legal = labels.filter((label) => isLegalValue(wanted(label)));
  const names = new Map(legal.map((label) => [label, free(wanted(label))]));
  for (const label of labels) {
    if (names.has(label)) continue;
    const plain = wanted(label)
      .replace(/[^0-9A-Za-z_]/gu, '_')
      .replace(/^__+/, '_');
    names.set(label, free(isLegalValue(plain) ? plain : `_${plain}`));
  }
  return names;
}

function isLegalValue(name: string): boolean {
  return isLegalName(name) && !['true', 'false', 'null'].includes(name);
}

/** Gives each name once: the first gets it as it is, the next ones `name_2`, `name_3`, … */
export function freeNames(): (name: string) => string {
  const given = new Set<string>();
  const lastNumbers = new Map<string, number>();
  return (name) => {
    let free = name;
    let number = lastNumbers.get(name) ?? 1;
    while (given.has(free)) {
      number += 1;
      // `__2` would be GraphQL's own.
      free = `${name === '_' ? '' : name}_${number}`;
    }
    lastNumbers.set(name, number);
    given.add(free);
    return free;
  };
}

/** A name is given once. Calls `clash` with all items that meet in one name, and leaves them out. */
export function withoutClashes<T>(
  items: readonly T[],
  namesOf: (item: T) => readonly string[],
  clash: (name: string, items: readonly T[]) => void,
): T[] {
  const meeting = clashesOf(items, namesOf);
  for (const [name, itemsOfName] of meeting) clash(name, itemsOfName);
  const stopped = new Set([...meeting.values()].flat());
  return items.filter((item) => !stopped.has(item));
}

/** The names that several items have, with these items. */
export function clashesOf<T>(
  items: readonly T[],
  namesOf: (item: T) => readonly string[],
): ReadonlyMap<string, readonly T[]> {
  const named = items.flatMap((item) => namesOf(item).map((name) => ({ name, item })));
  const meeting = [...groupBy(named, ({ name }) => name)].filter(([, uses]) => uses.length > 1);
  return new Map(meeting.map(([name, uses]) => [name, uses.map(({ item }) => item)]));
}

/** As people write it who speak of the database. */
export function fullName({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${schema}.${name}`;
}

/** `a, b and c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
