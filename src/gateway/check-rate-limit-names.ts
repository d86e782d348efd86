import type { GraphQLSchema } from 'graphql';
import { ConfigError } from '../config/config-error.ts';
import { limitedFields } from '../graphql/kit/rate-limit-directive.ts';
import { failedAttempts } from '../limits/field-rate-limit.ts';
import { modules } from './modules.ts';

/**
 * Throws ConfigError for a name in RATE_LIMITS that limits nothing: a misspelt one would keep its default, unnoticed.
 */
export function checkRateLimitNames(given: object, schema: GraphQLSchema): void {
  const ofModules = modules.flatMap(({ rateLimits = [] }) => rateLimits);
  const limited = new Set([...limitedFields(schema), failedAttempts, ...ofModules]);
  const problems = Object.keys(given)
    .filter((field) => !limited.has(field))
    .map((field) => `RATE_LIMITS must name fields that have a @rateLimit, which ${field} has not.`);
  if (problems.length > 0) throw new ConfigError(problems);
}
