/** Those that a module has asked for, by their names in lower case. */
export type RequestHeaders = Readonly<Record<string, string>>;

/** Bytes of all values together: a socket, and what is followed on it, holds them for as long as it is open. */
export const mostHeaderBytes = 4_096;

/** In the order of `names`, so that equal headers are written out equally. Others are left out. */
export function headersOf(names: readonly string[], values: ReadonlyMap<string, string>): RequestHeaders {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = values.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
