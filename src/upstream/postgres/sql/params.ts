import { badInput } from '../../../lib/bad-input.ts';
import { formatPostgresArray } from '../array.ts';
import type { EncodedParam, PostgresSql } from '../postgres-sql.ts';

const jsonTypes = new Set([114, 3802]);
const jsonArrayTypes = new Set([199, 3807]);
const deepest = 100;

/** True when a parameter can only be encoded once its type is known: an array is JSON or a Postgres array. */
export function needsTypes(params: readonly unknown[]): boolean {
  return params.some(Array.isArray);
}

/**
 * Encodes the caller's parameters. `types` are the server's type numbers, needed for arrays alone. Throws
 * BAD_USER_INPUT that names the parameter for anything that would lose digits or that Postgres cannot hold.
 */
export function encodeParams(params: readonly unknown[], types: readonly number[] = []): EncodedParam[] {
  return params.map((value, index) => {
    check(value, `$${index + 1}`, index, 0);
    return encode(value, types[index] ?? 0);
  });
}

/**
 * Encodes parameters; where arrays are among them it asks the server for their types first. Throws as `encodeParams`.
 */
export async function encodeFor(
  sql: PostgresSql,
  text: string,
  params: readonly unknown[],
): Promise<EncodedParam[]> {
  return encodeParams(params, needsTypes(params) ? await sql.parameterTypes(text) : []);
}

function encode(value: unknown, type: number): EncodedParam {
  if (value === null) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (!Array.isArray(value) || jsonTypes.has(type)) return JSON.stringify(value);
  if (jsonArrayTypes.has(type)) return formatPostgresArray(value, (item) => JSON.stringify(item));
  return formatPostgresArray(value, (item) => encode(item, 0));
}

function check(value: unknown, path: string, index: number, depth: number): void {
  const refuse = (why: string): never => {
    throw badInput(['params', String(index)], `Parameter ${path} ${why}.`, {
      issue: why,
      details: { parameter: index + 1 },
    });
  };
  if (depth > deepest) refuse(`is nested deeper than ${deepest} levels`);
  switch (typeof value) {
    case 'string':
      if (value.includes('\0')) refuse('contains a NUL character, which Postgres cannot store');
      return;
    case 'number':
      if (!Number.isFinite(value)) refuse('is not a finite number');
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
        refuse('is a number beyond 2^53 and may have lost digits; send it as a string');
      }
      return;
    case 'boolean':
      return;
    case 'object':
      if (value === null) return;
      if (Array.isArray(value)) {
        for (const [at, item] of value.entries()) check(item, `${path}[${at}]`, index, depth + 1);
      } else {
        for (const [key, item] of Object.entries(value)) check(item, `${path}.${key}`, index, depth + 1);
      }
      return;
    default:
      refuse('is neither string, number, boolean, null, array nor object');
  }
}
