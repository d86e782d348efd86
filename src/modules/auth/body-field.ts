import { badInput } from '../../lib/bad-input.ts';
import { hasRepeatedName } from '../../lib/has-repeated-name.ts';

/** Names that Go's JSON decoder takes for one: case does not matter, and ſ and K (Kelvin) are an s and a k. */
function folded(name: string): string {
  return name.toUpperCase().toLowerCase();
}

/**
 * A field of a parsed JSON body, found as a service in Go finds it. Throws BAD_USER_INPUT when it came under two
 * spellings: the order in which they came decides which one holds there, and that is lost here.
 */
export function bodyField(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const [spelling, ...others] = Object.keys(body).filter(
    (key) => key.length === name.length && folded(key) === name,
  );
  if (spelling === undefined) return undefined;
  if (others.length === 0) return Reflect.get(body, spelling);
  throw badInput([name], `The body has more than one ${name}.`);
}

/**
 * Throws BAD_USER_INPUT for a JSON object with a name that comes twice: here the last one holds, while a service in Go
 * skips one that is null and keeps the one before. What is no JSON is the service's to refuse.
 */
export function refuseRepeatedNames(body: Buffer): void {
  const text = body.toString('utf8');
  try {
    JSON.parse(text);
  } catch {
    return;
  }
  if (hasRepeatedName(text)) throw badInput([], 'The body has a name more than once.');
}
