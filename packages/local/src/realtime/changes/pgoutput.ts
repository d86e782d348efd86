/** A column's value as Postgres wrote it: text, null, or undefined where an unchanged TOAST value was left out. */
export type RawValue = string | null | undefined;

export interface RelationMessage {
  readonly kind: 'relation';
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly identityFull: boolean;
  readonly columns: readonly string[];
}

export interface RowMessage {
  readonly kind: 'row';
  readonly type: 'INSERT' | 'UPDATE' | 'DELETE';
  readonly relation: number;
  readonly row: readonly RawValue[] | undefined;
  /** The old key (other columns are null), or the whole old row under replica identity FULL. */
  readonly old: readonly RawValue[] | undefined;
}

export type PgoutputMessage =
  | RelationMessage
  | RowMessage
  | { readonly kind: 'begin'; readonly commitMicros: bigint }
  | { readonly kind: 'commit' }
  | { readonly kind: 'other' };

const MICROS_1970_TO_2000 = 946_684_800_000_000n;

/** Reads one message of pgoutput, protocol version 1, keeping values as text: typed parsers would round numbers. */
export function decodePgoutput(buffer: Buffer): PgoutputMessage {
  let offset = 1;
  const int8 = (): number => buffer.readUInt8(offset++);
  const int16 = (): number => {
    offset += 2;
    return buffer.readUInt16BE(offset - 2);
  };
  const int32 = (): number => {
    offset += 4;
    return buffer.readUInt32BE(offset - 4);
  };
  const text = (): string => {
    const start = offset;
    offset = buffer.indexOf(0, start) + 1;
    return buffer.toString('utf8', start, offset - 1);
  };
  const value = (): RawValue => {
    const kind = String.fromCharCode(int8());
    if (kind === 'n') return null;
    if (kind === 'u') return undefined;
    const size = int32();
    offset += size;
    return buffer.toString('utf8', offset - size, offset);
  };
  const tuple = (): RawValue[] => Array.from({ length: int16() }, value);

  switch (String.fromCharCode(buffer.readUInt8(0))) {
    case 'B': {
      offset += 8;
      return { kind: 'begin', commitMicros: buffer.readBigInt64BE(offset) + MICROS_1970_TO_2000 };
    }
    case 'C':
      return { kind: 'commit' };
    case 'R': {
      const oid = int32();
      const schema = text() || 'pg_catalog';
      const name = text();
      const identityFull = String.fromCharCode(int8()) === 'f';
      const columns = Array.from({ length: int16() }, () => {
        offset += 1;
        const column = text();
        offset += 8;
        return column;
      });
      return { kind: 'relation', oid, schema, name, identityFull, columns };
    }
    case 'I': {
      const relation = int32();
      offset += 1;
      return { kind: 'row', type: 'INSERT', relation, row: tuple(), old: undefined };
    }
    case 'U': {
      const relation = int32();
      const old = String.fromCharCode(int8()) === 'N' ? undefined : tuple();
      if (old !== undefined) offset += 1;
      return { kind: 'row', type: 'UPDATE', relation, row: tuple(), old };
    }
    case 'D': {
      const relation = int32();
      offset += 1;
      return { kind: 'row', type: 'DELETE', relation, row: undefined, old: tuple() };
    }
    default:
      return { kind: 'other' };
  }
}
