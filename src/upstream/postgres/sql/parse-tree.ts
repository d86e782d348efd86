import { isRecord } from '../../../lib/is-record.ts';

/** A node of the parser's tree, of which nothing is known but that it is an object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The object under `key`, undefined where there is none. */
export function objectAt(value: unknown, key: string): JsonObject | undefined {
  const found = isRecord(value) ? value[key] : undefined;
  return isRecord(found) ? found : undefined;
}

/** The objects of the list under `key`; empty where there is none. */
export function objectsAt(value: unknown, key: string): JsonObject[] {
  const found = isRecord(value) ? value[key] : undefined;
  return Array.isArray(found) ? found.filter(isRecord) : [];
}
