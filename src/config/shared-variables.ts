import { credentialVariables } from './credential-variables.ts';
import { databaseVariables } from './database-variables.ts';
import { limitVariables } from './limit-variables.ts';
import { processVariables } from './process-variables.ts';
import { publicSideVariables } from './public-side-variables.ts';
import { upstreamVariables } from './upstream-variables.ts';
import type { ValuesOf } from './variable.ts';

/** The environment variables that are no module's own. `serviceNames`: of all that there are. */
export const sharedVariables = (serviceNames: readonly [string, ...string[]]) => ({
  ...processVariables,
  ...publicSideVariables(serviceNames),
  ...upstreamVariables,
  ...databaseVariables,
  ...credentialVariables,
  ...limitVariables,
});

export type SharedValues = ValuesOf<ReturnType<typeof sharedVariables>>;
