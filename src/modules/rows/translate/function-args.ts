import type { Arguments } from '../../../upstream/postgres/rows/compile/query.ts';
import type { RowsFunction } from '../../../upstream/postgres/rows/model/model.ts';

interface SplitArguments {
  /** What the function is given. */
  readonly own: Arguments;
  /** What says which of its rows. */
  readonly page: Readonly<Record<string, unknown>>;
}

/** Arguments of a function's field: a parameter of its own goes before a page's argument of the same name. */
export function splitArguments(
  { parameters }: RowsFunction,
  args: Readonly<Record<string, unknown>>,
): SplitArguments {
  const own = new Map(
    parameters.flatMap((parameter) => {
      const value = Object.hasOwn(args, parameter.apiName) ? args[parameter.apiName] : undefined;
      return value === undefined ? [] : [[parameter, value] as const];
    }),
  );
  const names = new Set(parameters.map(({ apiName }) => apiName));
  return { own, page: Object.fromEntries(Object.entries(args).filter(([name]) => !names.has(name))) };
}
