import type { AppError } from '../../../../lib/app-error.ts';
import { badInput } from '../../../../lib/bad-input.ts';
import { isRecord } from '../../../../lib/is-record.ts';
import { formatTextArray } from '../../array.ts';
import type { CompositeType, EnumType, ScalarName, ValueType } from '../model/model.ts';
import type { Statement } from './statement.ts';

/** Where a value is in the arguments, for errors: the argument first. */
export type ValuePath = readonly string[];

/**
 * A caller's value as Postgres reads a value of `type`. Throws BAD_USER_INPUT for what cannot be one; the rest, such as
 * a date in no calendar, Postgres refuses itself.
 */
export function encodeValue(type: ValueType, value: unknown, path: ValuePath): string | null {
  if (value === null || value === undefined) return null;
  switch (type.kind) {
    case 'scalar':
      return scalarText(type.scalar, value, path);
    case 'enum':
      return enumLabel(type, value, path);
    case 'range':
      return plainText(value, path);
    case 'composite':
      return compositeText(type, value, path);
    case 'array':
      return arrayText(type.item, value, path);
  }
}

/** The place of a parameter that holds `value`, as a value of `type`. */
export function bindValue(statement: Statement, type: ValueType, value: unknown, path: ValuePath): string {
  return bindText(statement, type, encodeValue(type, value, path));
}

/** As `bindValue`, for a text form of Postgres. */
export function bindText(statement: Statement, type: ValueType, text: string | null): string {
  const written = statement.bind(text, writtenType(type));
  return isMoney(type) ? `${written}::${type.sql}` : written;
}

/** How money is read depends on the server's locale; a plain number does not. */
function writtenType(type: ValueType): string {
  if (!isMoney(type)) return type.sql;
  return type.kind === 'array' ? 'pg_catalog.numeric[]' : 'pg_catalog.numeric';
}

function isMoney(type: ValueType): boolean {
  return type.kind === 'array' ? isMoney(type.item) : type.kind === 'scalar' && type.scalar === 'Money';
}

/** BAD_USER_INPUT for an argument, or for what is in one; `fault` goes on from its name. */
export function badValue(path: ValuePath, fault: string): AppError {
  return badInput(path, `${path.join('.')} ${fault}.`, { issue: fault });
}

function scalarText(scalar: ScalarName, value: unknown, path: ValuePath): string {
  switch (scalar) {
    case 'Boolean':
      if (typeof value !== 'boolean') throw badValue(path, 'must be true or false');
      return String(value);
    case 'Int':
      if (!Number.isInteger(value)) throw badValue(path, 'must be a whole number');
      return String(value);
    case 'Float':
      if (typeof value !== 'number' || !Number.isFinite(value))
        throw badValue(path, 'must be a finite number');
      return String(value);
    case 'BigInt':
      return numberText(value, path, /^[+-]?\d{1,20}$/, 'must be a 64-bit whole number');
    case 'Decimal':
    case 'Money':
      return numberText(
        value,
        path,
        /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,6})?$/,
        'must be a decimal number',
      );
    case 'JSON':
      return jsonText(value, path);
    case 'Bytes':
      return bytesText(value, path);
    default:
      return plainText(value, path);
  }
}

/** As in the document, as a string or as a number that JavaScript holds exactly. */
function numberText(value: unknown, path: ValuePath, form: RegExp, fault: string): string {
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
  const lostDigits = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
  if (typeof text !== 'string' || lostDigits || !form.test(text)) throw badValue(path, fault);
  return text;
}

function plainText(value: unknown, path: ValuePath): string {
  if (typeof value !== 'string') throw badValue(path, 'must be a string');
  if (value.includes('\0')) throw badValue(path, 'contains a NUL character, which Postgres cannot store');
  return value;
}

function jsonText(value: unknown, path: ValuePath): string {
  const text = JSON.stringify(value);
  if (text === undefined) throw badValue(path, 'must be a JSON value');
  return text;
}

function bytesText(value: unknown, path: ValuePath): string {
  const base64 = plainText(value, path);
  const bytes = Buffer.from(base64, 'base64');
  // What Buffer does not understand it leaves out.
  if (bytes.toString('base64').replace(/={1,2}$/, '') !== base64.replace(/={1,2}$/, '')) {
    throw badValue(path, 'must be base64');
  }
  return `\\x${bytes.toString('hex')}`;
}

function enumLabel(type: EnumType, value: unknown, path: ValuePath): string {
  const known = type.values.find(({ apiName }) => apiName === value);
  if (known === undefined) throw badValue(path, `must be a value of ${type.apiName}`);
  return known.label;
}

function arrayText(item: ValueType, value: unknown, path: ValuePath): string {
  // As GraphQL has it, a single value is a list of one.
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return formatTextArray(items.map((each, index) => encodeValue(item, each, [...path, String(index)])));
}

function compositeText(type: CompositeType, value: unknown, path: ValuePath): string {
  if (!isRecord(value)) throw badValue(path, 'must be an object');
  const unknown = Object.keys(value).find((key) => !type.attributes.some(({ apiName }) => apiName === key));
  if (unknown !== undefined) throw badValue([...path, unknown], `is not in ${type.apiName}`);
  const parts = type.attributes.map(({ apiName, type: attribute }) => {
    const text = encodeValue(attribute, value[apiName], [...path, apiName]);
    return text === null ? '' : `"${text.replace(/["\\]/g, '$&$&')}"`;
  });
  return `(${parts.join(',')})`;
}
