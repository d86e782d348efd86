import { isRecord } from '../../../../lib/is-record.ts';

/** Supabase's functions that give one claim. */
const claimOf: readonly (readonly [RegExp, string])[] = [
  [/\bauth\.uid\(\)/, 'sub'],
  [/\bauth\.email\(\)/, 'email'],
  [/\bauth\.role\(\)/, 'role'],
];

/** What gives all of them, of which an operator picks one: by `->` and `->>` behind it. */
const allClaims = /\bauth\.jwt\(\)|'request\.jwt\.claims'/g;
const pick = /^[^'<>=#-]{0,60}->>?\s{0,9}'([^'\n]{1,100})'/;
const oneSetting = /'request\.jwt\.claim\.([^'\n]{1,100})'/g;

const mostCharacters = 100_000;

/** The claims that SQL reads, as far as it names them: `sub`, `app_metadata.org`. */
function namedClaims(sql: string): ReadonlySet<string> {
  const text = sql.slice(0, mostCharacters);
  const names = new Set(claimOf.flatMap(([pattern, name]) => (pattern.test(text) ? [name] : [])));
  for (const [, name = ''] of text.matchAll(oneSetting)) names.add(name);
  for (const { 0: found, index } of text.matchAll(allClaims)) {
    const path = pickedPath(text.slice(index + found.length, index + found.length + 1_000));
    if (path.length > 0) names.add(path.join('.'));
  }
  return names;
}

function pickedPath(text: string): readonly string[] {
  const path: string[] = [];
  let rest = text;
  for (let next = pick.exec(rest); next !== null; next = pick.exec(rest)) {
    path.push(next[1] ?? '');
    rest = rest.slice(next[0].length);
  }
  return path;
}

/** The claims that any of some pieces of SQL reads and that are null or absent, sorted. */
export function missingClaims(sql: readonly string[], claims: Readonly<Record<string, unknown>>): string[] {
  const named = new Set(sql.flatMap((text) => [...namedClaims(text)]));
  return [...named].filter((name) => isMissing(claims, name)).sort();
}

function isMissing(claims: Readonly<Record<string, unknown>>, name: string): boolean {
  let value: unknown = claims;
  for (const step of name.split('.')) value = isRecord(value) ? value[step] : undefined;
  return value === undefined || value === null;
}
