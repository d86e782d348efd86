import type { ExecutionResult } from 'graphql';
import { isRecord } from '../../lib/is-record.ts';
import { JsonText } from '../kit/json-text.ts';

/** The same result with what its ready texts say beside their data. */
export function withTextExtensions(result: ExecutionResult): ExecutionResult {
  const said = Object.values(result.data ?? {}).flatMap((value) =>
    isReady(value) && value.extensions ? [value.extensions] : [],
  );
  return said.length === 0 ? result : { ...result, extensions: Object.assign({}, ...said) };
}

/** A result as JSON; what of its data is JSON already goes in as it is. */
export function resultText(result: {
  readonly errors?: unknown;
  readonly data?: unknown;
  readonly extensions?: unknown;
}): string {
  const { data, errors, extensions } = result;
  if (!isRecord(data) || !Object.values(data).some(isReady)) return JSON.stringify(result);
  const fields = Object.entries(data).map(
    ([name, value]) => `"${name}":${isReady(value) ? value.text : JSON.stringify(value)}`,
  );
  const before = errors === undefined ? '' : `"errors":${JSON.stringify(errors)},`;
  const after = extensions === undefined ? '' : `,"extensions":${JSON.stringify(extensions)}`;
  return `{${before}"data":{${fields.join(',')}}${after}}`;
}

function isReady(value: unknown): value is JsonText {
  return value instanceof JsonText;
}
