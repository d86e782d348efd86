/** Levels that recursive code can walk whatever else is on the stack. */
export const mostLevels = 256;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const quote = 0x22;
const backslash = 0x5c;

/**
 * True for JSON nested deeper than `mostLevels`: JSON.parse takes any nesting, JSON.stringify only as much as the stack
 * holds.
 */
export function isTooDeep(value: unknown, levels = mostLevels): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isTooDeep(inner, levels - 1));
}

/** The same of a text before it is parsed, with so many `levels` allowed; true of JSON alone. */
export function isTextTooDeep(text: string, levels = mostLevels): boolean {
  if (!mayBeDeep(text)) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === quote) at = endOfString(text, at);
    else if (char === openBracket || char === openBrace) {
      depth += 1;
      if (depth > levels) return true;
    } else if (char === closeBracket || char === closeBrace) depth -= 1;
  }
  return false;
}

/** Where the string that begins at `start` has its other quote: one behind an even number of backslashes. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}

/** True where `value` is made of more than `most` values, itself and those inside of it. Stops there. */
export function holdsMoreThan(value: unknown, most: number): boolean {
  let left = most;
  const isMore = (one: unknown): boolean => {
    left -= 1;
    if (left < 0) return true;
    return typeof one === 'object' && one !== null && Object.values(one).some(isMore);
  };
  return isMore(value);
}

/**
 * True of a freshly parsed value that is too deep, told without a walk for nearly every `text` that it was parsed from.
 */
export function isParsedTooDeep(value: unknown, text: string): boolean {
  return mayBeDeep(text) && isTooDeep(value);
}

/**
 * Puts null in place of what lies deeper than `mostLevels` in a freshly parsed value; true when there was such. `text`
 * is what it was parsed from.
 */
export function cutNesting(value: unknown, text: string): boolean {
  return mayBeDeep(text) && cut(value, mostLevels);
}

/** Every level takes two characters, and one of them opens it. */
function mayBeDeep(text: string): boolean {
  if (text.length <= 2 * mostLevels) return false;
  let opened = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char !== openBracket && char !== openBrace) continue;
    opened += 1;
    if (opened > mostLevels) return true;
  }
  return false;
}

function cut(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  let was = false;
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner !== 'object' || inner === null) continue;
    if (levels > 1) was = cut(inner, levels - 1) || was;
    else {
      Reflect.set(value, key, null);
      was = true;
    }
  }
  return was;
}
