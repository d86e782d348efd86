import type { AppError } from '../../../lib/app-error.ts';
import { badInput } from '../../../lib/bad-input.ts';
import type { JsonObject } from '../../../lib/json-object.ts';
import type { RequestHeaders } from '../../../viewer/call.ts';

/** Of all values together, as in a request. */
const mostCharacters = 4_096;

/**
 * The headers that an assumed caller has sent, as policies hear of those of a request: in lower case, in the order of
 * `names`. Throws BAD_USER_INPUT for any other, of which no policy would hear, and for what no request could hold.
 */
export function assumedHeaders(given: JsonObject, names: readonly string[]): RequestHeaders {
  const values = new Map<string, string>();
  let characters = 0;
  for (const [name, value] of Object.entries(given)) {
    const lower = name.toLowerCase();
    if (!names.includes(lower)) throw refused('must be some of those that ROWS_REQUEST_HEADERS names.');
    if (typeof value !== 'string') throw refused('must be texts.');
    values.set(lower, value);
    characters += value.length;
  }
  if (characters > mostCharacters)
    throw refused(`must not be longer than ${mostCharacters} characters together.`);
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = values.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function refused(why: string): AppError {
  return badInput(['as', 'headers'], `as.headers ${why}`);
}
