import { isRecord } from './is-record.ts';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** An object of JSON. An index signature: the fields of a Record would be typed anew by Pothos. */
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** True for an object that came as JSON, of which arrays and null are none. */
export function isJsonObject(value: unknown): value is JsonObject {
  return isRecord(value);
}
