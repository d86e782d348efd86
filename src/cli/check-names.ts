import { ConfigError } from '../config/config-error.ts';
import { misspeltNames } from '../config/misspelt-names.ts';
import type { Environment } from '../config/read-environment.ts';
import { allVariables } from '../gateway/config.ts';

/** `nothingElse`: dev was chosen because no variable says otherwise, which a misspelt one may have been meant to. */
export function checkNames(env: Environment, nothingElse: boolean): void {
  const misspelt = misspeltNames(env, allVariables);
  const problems = misspelt.map(
    ({ name, meant }) => `${name} is not a variable of ours: was ${meant} meant?`,
  );
  if (!nothingElse) {
    for (const problem of problems) process.stderr.write(`bunbun: ${problem}\n`);
    return;
  }
  if (problems.length > 0) {
    throw new ConfigError([
      ...problems,
      'Nothing else says whether to serve or to run the local stack: correct the name, or add the command `serve` or `dev`.',
    ]);
  }
  if ((env['PUBLIC_URL']?.trim() ?? '') !== '') {
    process.stdout.write(
      'PUBLIC_URL is set, but no service and no database: this is the local stack. Set SUPABASE_URL, or another of the\n' +
        'services in docs/reference/config.md, to serve them.\n',
    );
  }
}
