import { isRecord } from '../../lib/is-record.ts';
import { JsonText } from '../kit/json-text.ts';

/** A result as JSON; what of its data is JSON already goes in as it is. */
export function resultText(result: { readonly errors?: unknown; readonly data?: unknown }): string {
  const { data } = result;
  if (!isRecord(data) || !Object.values(data).some(isReady)) return JSON.stringify(result);
  const errors = result.errors === undefined ? '' : `"errors":${JSON.stringify(result.errors)},`;
  const fields = Object.entries(data).map(
    ([name, value]) => `"${name}":${isReady(value) ? value.text : JSON.stringify(value)}`,
  );
  return `{${errors}"data":{${fields.join(',')}}}`;
}

function isReady(value: unknown): value is JsonText {
  return value instanceof JsonText;
}
