import type { JsonObject } from '../../lib/json-object.ts';
import type { UploadedFile } from './uploaded-file.ts';

/**
 * Types of the custom scalars: what a resolver gets (Input) and gives (Output). An alias: Pothos wants an index
 * signature.
 */
export type ScalarTypes = {
  ID: { Input: string; Output: string };
  DateTime: { Input: string; Output: string };
  /** Milliseconds. */
  Duration: { Input: number; Output: number };
  JSON: { Input: unknown; Output: unknown };
  JSONObject: { Input: JsonObject; Output: object };
  BigInt: { Input: string; Output: string | number | bigint };
  File: { Input: UploadedFile; Output: never };
  URL: { Input: string; Output: string };
  UUID: { Input: string; Output: string };
  EmailAddress: { Input: string; Output: string };
};
