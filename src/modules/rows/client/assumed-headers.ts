import type { AppError } from '../../../lib/app-error.ts';
import { badInput } from '../../../lib/bad-input.ts';
import type { JsonObject } from '../../../lib/json-object.ts';
import { headersOf, mostHeaderBytes, type RequestHeaders } from '../../../viewer/request-headers.ts';

/**
 * The headers that an assumed caller has sent, as policies hear of those of a request: in lower case, in the order of
 * `names`. Throws BAD_USER_INPUT for any other, of which no policy would hear, and for what no request could hold.
 */
export function assumedHeaders(given: JsonObject, names: readonly string[]): RequestHeaders {
  const values = new Map<string, string>();
  let bytes = 0;
  for (const [name, value] of Object.entries(given)) {
    const lower = name.toLowerCase();
    if (!names.includes(lower)) throw refused('must be some of those that ROWS_REQUEST_HEADERS names.');
    if (typeof value !== 'string') throw refused('must be texts.');
    values.set(lower, value);
    bytes += Buffer.byteLength(value);
  }
  if (bytes > mostHeaderBytes) throw refused(`must not hold more than ${mostHeaderBytes} bytes together.`);
  return headersOf(names, values);
}

function refused(why: string): AppError {
  return badInput(['as', 'headers'], `as.headers ${why}`);
}
