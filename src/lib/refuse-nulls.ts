import { AppError } from './app-error.ts';
import { isRecord } from './is-record.ts';

/**
 * Checks the changes of an update before anything reads them: what is left out stays, so a null that cannot clear its
 * field would report a success that never was. `allowed` names the fields where null does what it says. Throws
 * BAD_USER_INPUT with an issue for each of the others.
 */
export function refuseNulls(changes: unknown, allowed: readonly string[] = []): void {
  const message = 'cannot be null: leave it out to keep it as it is';
  const issues = Object.entries(isRecord(changes) ? changes : {})
    .filter(([name, value]) => value === null && !allowed.includes(name))
    .map(([name]) => ({ path: [name], message }));
  const [first] = issues;
  if (first === undefined) return;
  throw new AppError('BAD_USER_INPUT', `${first.path.join('.')}: ${message}`, { details: { issues } });
}
