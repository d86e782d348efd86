import { liveSql } from '../modules/rows/live-sql.ts';
import { grantsSql } from '../modules/sql/grants-sql.ts';

/** What an operator has to run, or to mend. Throws when it is not told what to print. */
export function doctor({ grants, live }: { readonly grants: boolean; readonly live: boolean }): string {
  if (!grants && !live) {
    throw new Error('`doctor` needs to be told what to print: `doctor --grants` or `doctor --live`.');
  }
  return [...(grants ? [grantsSql()] : []), ...(live ? [liveSql()] : [])].join('\n');
}
