import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { headersOf, mostHeaderBytes, type RequestHeaders } from '../viewer/request-headers.ts';

/** Undefined where they hold more than `mostHeaderBytes`. */
export type ReadRequestHeaders = (request: Pick<IncomingMessage, 'rawHeaders'>) => RequestHeaders | undefined;

/** Reads those headers of requests that are named, in lower case. One that came more than once is joined by commas. */
export function createRequestHeaders(names: readonly string[]): ReadRequestHeaders {
  const nothing: RequestHeaders = {};
  if (names.length === 0) return () => nothing;
  const wanted = new Set(names);
  return ({ rawHeaders }) => {
    const values = new Map<string, string>();
    let bytes = 0;
    for (let place = 0; place < rawHeaders.length; place += 2) {
      const [name = '', value = ''] = rawHeaders.slice(place, place + 2);
      const lower = name.toLowerCase();
      if (!wanted.has(lower)) continue;
      bytes += value.length;
      if (bytes > mostHeaderBytes) return undefined;
      const before = values.get(lower);
      const text = textOf(value);
      values.set(lower, before === undefined ? text : `${before}, ${text}`);
    }
    return headersOf(names, values);
  };
}

/** Node takes each byte for a character, as browsers send them; most others send UTF-8. */
function textOf(value: string): string {
  const bytes = Buffer.from(value, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : value;
}
