import { parseLosslessJson } from '../../lib/lossless-json.ts';
import { isParsedTooDeep } from '../../lib/nesting.ts';
import { parsePostgresArray } from './array.ts';

/** Turns Postgres' text of one value into what clients get. */
export type PostgresDecoder = (text: string) => unknown;

/** What clients see of a type: its name, and its values as `decode` reads them (text where there is none). */
export interface PostgresTypeFace {
  readonly name: string;
  readonly decode: PostgresDecoder | undefined;
}

/** A type that every Postgres has under the same number. */
interface BuiltInType {
  readonly oid: number;
  readonly arrayOid: number;
  /** As `format_type` writes it. */
  readonly name: string;
  readonly decode?: PostgresDecoder;
  readonly delimiter?: string;
}

const builtInTypes: readonly BuiltInType[] = [
  { oid: 16, arrayOid: 1000, name: 'boolean', decode: (text) => text === 't' },
  { oid: 17, arrayOid: 1001, name: 'bytea', decode: decodeBytea },
  { oid: 18, arrayOid: 1002, name: '"char"' },
  { oid: 19, arrayOid: 1003, name: 'name' },
  { oid: 20, arrayOid: 1016, name: 'bigint' },
  { oid: 21, arrayOid: 1005, name: 'smallint', decode: Number },
  { oid: 23, arrayOid: 1007, name: 'integer', decode: Number },
  { oid: 24, arrayOid: 1008, name: 'regproc' },
  { oid: 25, arrayOid: 1009, name: 'text' },
  { oid: 26, arrayOid: 1028, name: 'oid', decode: Number },
  { oid: 27, arrayOid: 1010, name: 'tid' },
  { oid: 28, arrayOid: 1011, name: 'xid', decode: Number },
  { oid: 114, arrayOid: 199, name: 'json', decode: decodeJson },
  { oid: 142, arrayOid: 143, name: 'xml' },
  { oid: 600, arrayOid: 1017, name: 'point' },
  { oid: 603, arrayOid: 1020, name: 'box', delimiter: ';' },
  { oid: 650, arrayOid: 651, name: 'cidr' },
  { oid: 700, arrayOid: 1021, name: 'real', decode: decodeFloat },
  { oid: 701, arrayOid: 1022, name: 'double precision', decode: decodeFloat },
  { oid: 790, arrayOid: 791, name: 'money' },
  { oid: 829, arrayOid: 1040, name: 'macaddr' },
  { oid: 869, arrayOid: 1041, name: 'inet' },
  { oid: 1042, arrayOid: 1014, name: 'character' },
  { oid: 1043, arrayOid: 1015, name: 'character varying' },
  { oid: 1082, arrayOid: 1182, name: 'date' },
  { oid: 1083, arrayOid: 1183, name: 'time without time zone' },
  { oid: 1114, arrayOid: 1115, name: 'timestamp without time zone', decode: decodeTimestamp },
  { oid: 1184, arrayOid: 1185, name: 'timestamp with time zone', decode: decodeTimestampTz },
  { oid: 1186, arrayOid: 1187, name: 'interval' },
  { oid: 1266, arrayOid: 1270, name: 'time with time zone' },
  { oid: 1560, arrayOid: 1561, name: 'bit' },
  { oid: 1562, arrayOid: 1563, name: 'bit varying' },
  { oid: 1700, arrayOid: 1231, name: 'numeric' },
  { oid: 2205, arrayOid: 2210, name: 'regclass' },
  { oid: 2206, arrayOid: 2211, name: 'regtype' },
  { oid: 2950, arrayOid: 2951, name: 'uuid' },
  { oid: 3220, arrayOid: 3221, name: 'pg_lsn' },
  { oid: 3614, arrayOid: 3643, name: 'tsvector' },
  { oid: 3615, arrayOid: 3645, name: 'tsquery' },
  { oid: 3802, arrayOid: 3807, name: 'jsonb', decode: decodeJson },
  { oid: 4072, arrayOid: 4073, name: 'jsonpath' },
  { oid: 4089, arrayOid: 4090, name: 'regnamespace' },
  { oid: 4096, arrayOid: 4097, name: 'regrole' },
  { oid: 5069, arrayOid: 271, name: 'xid8' },
];

/** Name and decoder of the built-in types, arrays among them; a type that stays text has no decoder. */
export const builtInByOid: ReadonlyMap<number, PostgresTypeFace> = new Map(
  builtInTypes.flatMap((type): [number, PostgresTypeFace][] => [
    [type.oid, { name: type.name, decode: type.decode }],
    [type.arrayOid, { name: `${type.name}[]`, decode: arrayDecoder(type.decode, type.delimiter) }],
  ]),
);

/** Reads arrays whose items `decodeItem` reads; without it items stay text. */
export function arrayDecoder(decodeItem: PostgresDecoder = (text) => text, delimiter = ','): PostgresDecoder {
  return (text) => parsePostgresArray(text, decodeItem, delimiter);
}

/** What is nested too deep to be written again stays text. */
function decodeJson(text: string): unknown {
  const value = parseLosslessJson(text);
  return isParsedTooDeep(value, text) ? text : value;
}

function decodeFloat(text: string): number | string {
  const value = Number(text);
  // JSON has no number for NaN and the infinities.
  return Number.isFinite(value) ? value : text;
}

function decodeBytea(text: string): string {
  return text.startsWith('\\x') ? Buffer.from(text.slice(2), 'hex').toString('base64') : text;
}

const timestamp = /^(\d{4,6})-(\d\d)-(\d\d) (\d\d:\d\d:\d\d)(\.\d+)?([+-]\d\d(?::\d\d(?::\d\d)?)?)?$/;

/** `2026-01-31 12:00:00.5` -> `2026-01-31T12:00:00.5`; infinity, BC and other date styles stay as they are. */
export function decodeTimestamp(text: string): string {
  return timestamp.test(text) ? text.replace(' ', 'T') : text;
}

/** `2026-01-31 12:00:00.123456+00` -> `2026-01-31T12:00:00.123456Z`, from any offset; every digit is kept. */
export function decodeTimestampTz(text: string): string {
  const parts = timestamp.exec(text);
  const [, year = '', month = '', day = '', time = '', fraction = '', offset] = parts ?? [];
  if (parts === null || offset === undefined || year.length > 4) return text;
  if (/^[+-]00(?::00)*$/.test(offset)) return `${year}-${month}-${day}T${time}${fraction}Z`;
  const utc = new Date(Date.parse(`${year}-${month}-${day}T${time}Z`) - offsetMs(offset));
  return `${utc.toISOString().slice(0, -5)}${fraction}Z`;
}

function offsetMs(offset: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = offset.slice(1).split(':').map(Number);
  const size = ((hours * 60 + minutes) * 60 + seconds) * 1000;
  return offset.startsWith('-') ? -size : size;
}
