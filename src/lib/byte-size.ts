const pattern = /^(\d+(?:\.\d+)?)\s*(b|kb|mb|gb)?$/i;
const unitBytes: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** Bytes of `5mb`, `64kb`, `1gb` or a plain number, with 1 kb = 1024 bytes; undefined for anything else. */
export function parseByteSize(text: string): number | undefined {
  const match = pattern.exec(text.trim());
  if (!match) return undefined;
  const bytes = Math.round(Number(match[1]) * (unitBytes[(match[2] ?? 'b').toLowerCase()] ?? Number.NaN));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
