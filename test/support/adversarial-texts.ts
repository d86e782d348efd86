/** A regular expression as far as attacks on it need to understand it. */
type Part =
  | { readonly type: 'one'; readonly source: string }
  | { readonly type: 'nothing' }
  | { readonly type: 'group'; readonly choices: readonly (readonly Part[])[] }
  | { readonly type: 'repeat'; readonly part: Part; readonly least: number; readonly most: number };

const usual = [
  'a',
  'Z',
  '0',
  ' ',
  '\n',
  '"',
  "'",
  '\\',
  '/',
  '.',
  ',',
  ':',
  ';',
  '-',
  '_',
  '@',
  '(',
  '%',
  '$',
  'é',
];

/** How often what stands before a `*`, `+`, `?` or `{…}` may come. */
function boundsOf(sign: string): [number, number] {
  const [, least, comma, most] = /^\{(\d+)(,?)(\d*)/.exec(sign) ?? [];
  if (least === undefined) return [sign.startsWith('+') ? 1 : 0, sign.startsWith('?') ? 1 : Infinity];
  if (comma === '') return [Number(least), Number(least)];
  return [Number(least), most === '' ? Infinity : Number(most)];
}

function parse(pattern: string): Part[][] {
  let at = 0;
  const choices = (): Part[][] => {
    const found: Part[][] = [[]];
    while (at < pattern.length && pattern[at] !== ')') {
      if (pattern[at] === '|') {
        at += 1;
        found.push([]);
      } else found.at(-1)?.push(quantified(term()));
    }
    return found;
  };
  const take = (rule: RegExp): string => {
    rule.lastIndex = at;
    const [text = ''] = rule.exec(pattern) ?? [];
    at += text.length;
    return text;
  };
  const term = (): Part => {
    if (take(/\(\?<?[=!]/y) !== '') return { type: 'group', choices: [[], ...inGroup()] };
    if (take(/\((?:\?:|\?<\w+>|\?[ims-]*:)?/y) !== '') return { type: 'group', choices: inGroup() };
    if (take(/\^|\$|\\[bB]|\\[1-9]|\\k<\w+>/y) !== '') return { type: 'nothing' };
    const source = take(/\[(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\u....|\\x..|\\c.|\\.|./suy);
    return { type: 'one', source };
  };
  const inGroup = (): Part[][] => {
    const found = choices();
    at += 1;
    return found;
  };
  const quantified = (part: Part): Part => {
    const sign = take(/(?:[*+?]|\{\d+(?:,\d*)?\})\??/y);
    if (sign === '') return part;
    const [least, most] = boundsOf(sign);
    return { type: 'repeat', part, least, most };
  };
  return choices();
}

/**
 * Texts that are expensive for the pattern if any are: what it repeats, repeated, behind what it wants in front, and
 * before what it does not want behind; and beginnings of a match, repeated.
 */
export function* adversarialTexts({ source, flags }: RegExp, length: number): Generator<string> {
  const alphabet = [...new Set([...usual, ...source])];
  const members = (one: string): string[] => {
    const rule = new RegExp(`^(?:${one})$`, flags.replace(/[gy]/g, ''));
    const found = alphabet.filter((char) => rule.test(char));
    return found.length > 0 ? found : [one.replace(/^\\/, '')];
  };
  const sample = (part: Part): string => {
    if (part.type === 'one') return members(part.source)[0] ?? '';
    if (part.type === 'repeat') return sample(part.part).repeat(Math.min(Math.max(part.least, 1), 20));
    return part.type === 'group' ? sampleAll(part.choices.find((choice) => choice.length > 0) ?? []) : '';
  };
  const sampleAll = (parts: readonly Part[]): string => parts.map(sample).join('');
  /** What a repeated part may be made of: each of its characters alone, each of its choices. */
  const bodies = (part: Part): string[] => {
    if (part.type === 'one') return members(part.source).slice(0, 6);
    if (part.type === 'repeat') return [...bodies(part.part), sample(part)];
    if (part.type === 'nothing') return [];
    return [...part.choices.map(sampleAll), ...part.choices.flat().flatMap(bodies).slice(0, 6)];
  };
  const pumps = new Map<string, Set<string>>();
  const visit = (choices: readonly (readonly Part[])[], before: string): void => {
    for (const parts of choices) {
      parts.forEach((part, at) => {
        const prefix = before + sampleAll(parts.slice(0, at));
        const inner = part.type === 'repeat' ? part.part : part;
        if (part.type === 'repeat' && part.most > 10) {
          for (const body of bodies(inner)) {
            if (body === '') continue;
            pumps.set(body, (pumps.get(body) ?? new Set([''])).add(prefix));
            // Each of them begins a match inside of the one before.
            pumps.set(prefix + body, new Set(['']));
            pumps.set(body + prefix, new Set(['']));
          }
        }
        if (inner.type === 'group') visit(inner.choices, prefix);
      });
    }
  };
  const whole = parse(source);
  visit(whole, '');
  // Without a part that repeats there is nothing to try again.
  if (pumps.size > 0) for (const parts of whole) pumps.set(sampleAll(parts) || 'a', new Set(['']));
  for (const [body, prefixes] of pumps) {
    for (const prefix of prefixes) {
      const text = prefix + body.repeat(Math.ceil(length / body.length));
      for (const suffix of ['', '\u0001', '\n!']) yield text + suffix;
    }
  }
}
