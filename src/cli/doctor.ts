import { grantsSql } from '../modules/sql/grants-sql.ts';

/** What an operator has to run, or to mend. Throws when it is not told what to print. */
export function doctor(options: { readonly grants: boolean }): string {
  if (!options.grants) throw new Error('`doctor` needs to be told what to print: `doctor --grants`.');
  return grantsSql();
}
