/** An array value; arrays nest as deep as the Postgres array has dimensions. */
export type PostgresArray<T> = (T | null | PostgresArray<T>)[];

/**
 * Reads Postgres' text form of an array, such as `{1,NULL,"a,b"}` or `[0:1]={1,2}`; lower bounds are dropped.
 * `delimiter` is the element type's (`;` for box, `,` for the rest). Throws SyntaxError on anything else.
 */
export function parsePostgresArray<T>(
  text: string,
  readItem: (item: string) => T,
  delimiter = ',',
): PostgresArray<T> {
  const start = text.charAt(0) === '[' ? text.indexOf('=') + 1 : 0;
  const root: PostgresArray<T> = [];
  const open: PostgresArray<T>[] = [];
  let at = start;
  while (at < text.length) {
    const char = text.charAt(at);
    const parent = open.at(-1);
    if (char === '{') {
      const array = parent === undefined ? root : [];
      parent?.push(array);
      open.push(array);
      at += 1;
    } else if (parent === undefined) {
      break;
    } else if (char === '}') {
      open.pop();
      at += 1;
      if (open.length > 0) continue;
      if (at === text.length) return root;
      break;
    } else if (char === delimiter) {
      at += 1;
    } else if (char === '"') {
      const end = endOfQuoted(text, at);
      parent.push(readItem(unescapeItem(text.slice(at + 1, end))));
      at = end + 1;
    } else {
      const end = endOfPlain(text, at, delimiter);
      const item = text.slice(at, end);
      parent.push(item === 'NULL' ? null : readItem(unescapeItem(item)));
      at = end;
    }
  }
  throw new SyntaxError('not a Postgres array');
}

/**
 * Writes an array as Postgres reads it: every item quoted, null as NULL.
 * `writeItem` gives an item's own text; nested arrays become dimensions.
 */
export function formatPostgresArray(
  items: readonly unknown[],
  writeItem: (item: unknown) => string | null,
): string {
  const parts = items.map((item) => {
    if (Array.isArray(item)) return formatPostgresArray(item, writeItem);
    return writtenItem(writeItem(item));
  });
  return `{${parts.join(',')}}`;
}

/** As `formatPostgresArray`, for texts. */
export function formatTextArray(items: readonly (string | null)[]): string {
  return `{${items.map(writtenItem).join(',')}}`;
}

function writtenItem(text: string | null): string {
  return text === null ? 'NULL' : `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function endOfQuoted(text: string, at: number): number {
  let end = at + 1;
  while (end < text.length && text.charAt(end) !== '"') end += text.charAt(end) === '\\' ? 2 : 1;
  return end;
}

function endOfPlain(text: string, at: number, delimiter: string): number {
  let end = at;
  while (end < text.length && text.charAt(end) !== delimiter && text.charAt(end) !== '}') {
    end += text.charAt(end) === '\\' ? 2 : 1;
  }
  return end;
}

function unescapeItem(item: string): string {
  return item.includes('\\') ? item.replace(/\\([\s\S])/g, '$1') : item;
}
