import { withoutTrailing } from './without-trailing.ts';

/**
 * Parses JSON as Postgres writes it without losing digits: a number that a double cannot hold comes out as a string
 * with its own digits. `__proto__` is an ordinary key. Throws SyntaxError as JSON.parse does.
 */
export function parseLosslessJson(text: string): unknown {
  const parsed: unknown = JSON.parse(text);
  // A number of at most 15 significant digits and no exponent is always exact; this is nearly every text.
  return mayLoseDigits.test(text) ? JSON.parse(quoteUnsafeNumbers(text)) : parsed;
}

/** True when a JSON number, read as a double and printed again, is the same decimal value. */
export function isExactNumber(literal: string): boolean {
  const value = Number(literal);
  if (!Number.isFinite(value)) return false;
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return false;
  return canonicalDecimal(literal) === canonicalDecimal(String(value));
}

const mayLoseDigits = /[0-9.]{16}|[0-9][eE]/;
const exponent = /[eE]/;
const quote = 0x22;
const backslash = 0x5c;
const minus = 0x2d;

function quoteUnsafeNumbers(text: string): string {
  let out = '';
  let copied = 0;
  let at = 0;
  while (at < text.length) {
    const char = text.charCodeAt(at);
    if (char === quote) {
      at = endOfString(text, at);
    } else if (char === minus || isDigit(char)) {
      const end = endOfNumber(text, at);
      const literal = text.slice(at, end);
      if ((literal.length > 15 || exponent.test(literal)) && !isExactNumber(literal)) {
        out += `${text.slice(copied, at)}"${literal}"`;
        copied = end;
      }
      at = end;
    } else {
      at += 1;
    }
  }
  return out + text.slice(copied);
}

/** Index after the closing quote of the string that opens at `at`; the text is known to be valid JSON. */
export function endOfString(text: string, at: number): number {
  let close = text.indexOf('"', at + 1);
  while (isEscaped(text, close)) close = text.indexOf('"', close + 1);
  return close + 1;
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text.charCodeAt(at - 1 - slashes) === backslash) slashes += 1;
  return slashes % 2 === 1;
}

function endOfNumber(text: string, at: number): number {
  let end = at + 1;
  while (end < text.length && /[0-9.eE+-]/.test(text.charAt(end))) end += 1;
  return end;
}

function isDigit(char: number): boolean {
  return char >= 0x30 && char <= 0x39;
}

/** Sign, digits without outer zeros, and the power of ten of the first digit: equal for equal decimal values. */
function canonicalDecimal(literal: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? [];
  const digits = whole + fraction;
  const leading = digits.search(/[1-9]/);
  if (leading === -1) return '0';
  const power = whole.length - leading + Number(exponent);
  return `${sign}${withoutTrailing(digits.slice(leading), '0')}e${power}`;
}
