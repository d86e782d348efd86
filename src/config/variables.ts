import { z } from 'zod';
import { credentialVariables } from './credential-variables.ts';
import { databaseVariables } from './database-variables.ts';
import { limitVariables } from './limit-variables.ts';
import { processVariables } from './process-variables.ts';
import { publicSideVariables } from './public-side-variables.ts';
import { serviceVariables } from './service-variables.ts';

/** Every environment variable there is. The reference page, the defaults and the error messages come from here. */
export const environmentSchema = z.object({
  ...processVariables,
  ...publicSideVariables,
  ...serviceVariables,
  ...databaseVariables,
  ...credentialVariables,
  ...limitVariables,
});
