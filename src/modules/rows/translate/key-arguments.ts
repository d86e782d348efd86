import type { Column } from '../../../upstream/postgres/rows/model/model.ts';

/** What else a write by key takes. */
const ownArguments: ReadonlySet<string> = new Set([
  'ifMatch',
  'set',
  'inc',
  'append',
  'prepend',
  'deleteKey',
]);

/** What a column of the key is called among the arguments of a write by key. */
export function keyArgument({ apiName }: Column): string {
  return ownArguments.has(apiName) ? `_${apiName}` : apiName;
}
