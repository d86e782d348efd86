/** JSON text whose numbers must reach the receiver as they are: JSON.parse would round int8 and numeric. */
export type JsonText = string;

const closers: Readonly<Record<string, string>> = { '{': '}', '[': ']' };

/** The index after the JSON value that begins at `start`; `text` must be valid JSON. */
function endOfValue(text: string, start: number): number {
  let index = start;
  let depth = 0;
  for (; index < text.length; index += 1) {
    const char = text.charAt(index);
    if (char === '"') {
      index = endOfString(text, index) - 1;
      if (depth === 0) return index + 1;
    } else if (char in closers) {
      depth += 1;
    } else if (char === '}' || char === ']') {
      if (depth === 0) return index;
      depth -= 1;
      if (depth === 0) return index + 1;
    } else if (depth === 0 && (char === ',' || char === ':' || char.trim() === '')) {
      return index;
    }
  }
  return index;
}

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (text.charAt(index) !== '"') index += text.charAt(index) === '\\' ? 2 : 1;
  return index + 1;
}

function skipTo(text: string, start: number, wanted: RegExp): number {
  let index = start;
  while (index < text.length && !wanted.test(text.charAt(index))) index += 1;
  return index;
}

/** The members of a JSON array as the texts they were written in; `text` must be a valid JSON array. */
export function arrayItems(text: JsonText): JsonText[] {
  const items: JsonText[] = [];
  let index = skipTo(text, text.indexOf('[') + 1, /[^\s,]/);
  while (index < text.length && text.charAt(index) !== ']') {
    const end = endOfValue(text, index);
    items.push(text.slice(index, end));
    index = skipTo(text, end, /[^\s,]/);
  }
  return items;
}

/** The members of a JSON object, each value as the text it was written in; `text` must be a valid JSON object. */
export function objectMembers(text: JsonText): Map<string, JsonText> {
  const members = new Map<string, JsonText>();
  let index = skipTo(text, text.indexOf('{') + 1, /["}]/);
  while (text.charAt(index) === '"') {
    const keyEnd = endOfString(text, index);
    const key: unknown = JSON.parse(text.slice(index, keyEnd));
    const start = skipTo(text, keyEnd, /[^\s:]/);
    const end = endOfValue(text, start);
    members.set(String(key), text.slice(start, end));
    index = skipTo(text, end, /["}]/);
  }
  return members;
}

/** A JSON object from parts that are JSON text already. */
export function objectText(members: Iterable<readonly [string, JsonText]>): JsonText {
  const parts: string[] = [];
  for (const [key, value] of members) parts.push(`${JSON.stringify(key)}:${value}`);
  return `{${parts.join(',')}}`;
}
