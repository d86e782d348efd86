import type { GraphQLField, GraphQLSchema } from 'graphql';
import { z } from 'zod';

const applied = z.object({
  auth: z.object({ requires: z.string() }).optional(),
  rateLimit: z.object({ limit: z.number(), window: z.string() }).optional(),
});

/**
 * Says in the description of each field what its directives declare: introspection, and so GraphiQL, shows no
 * directives.
 */
export function describeAccess(schema: GraphQLSchema): GraphQLSchema {
  for (const root of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) {
    for (const field of Object.values(root?.getFields() ?? {})) {
      if (field.description) field.description = `${field.description} ${accessOf(field)}`.trimEnd();
    }
  }
  return schema;
}

function accessOf({ extensions }: GraphQLField<unknown, unknown>): string {
  const { auth, rateLimit } = applied.parse(extensions['directives'] ?? {});
  const sentences = [];
  if (auth) sentences.push(`Access: ${auth.requires}.`);
  if (rateLimit) sentences.push(`Limit: ${rateLimit.limit} calls in ${rateLimit.window}.`);
  return sentences.join(' ');
}
