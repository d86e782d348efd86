import PothosBuilder from '@pothos/core';
import DirectivesPlugin from '@pothos/plugin-directives';
import ZodPlugin from '@pothos/plugin-zod';
import type { Role } from '../../viewer/viewer.ts';
import type { Context } from './context.ts';
import { argumentError } from './input.ts';
import type { ScalarTypes } from './scalar-types.ts';

/** The type parameters of our Pothos builder: everything a module's schema file can rely on. */
interface BunBunSchemaTypes {
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: ScalarTypes;
  Directives: {
    auth: { locations: 'FIELD_DEFINITION'; args: { requires: Role } };
    rateLimit: { locations: 'FIELD_DEFINITION'; args: { limit: number; window: string } };
  };
}

export type SchemaBuilder = ReturnType<typeof newBuilder>;

/** A builder that has nothing but the Role enum. Its plugins must be registered before. */
export function newBuilder() {
  // The first plugin is outermost: access is decided before rate limits are spent, both before arguments are checked.
  const builder = new PothosBuilder<BunBunSchemaTypes>({
    defaultFieldNullability: false,
    plugins: ['auth', 'rateLimit', 'operations', 'checkedOnce', ZodPlugin, DirectivesPlugin],
    // printSchemaWithDirectives prints garbage for the ordered form.
    directives: { useGraphQLToolsUnorderedDirectives: true },
    zod: { validationError: argumentError },
  });
  const roleEnum = builder.enumType('Role', {
    description: 'ANON < AUTHENTICATED < SERVICE_ROLE: a higher role may do what a lower one may.',
    values: {
      ANON: { description: 'Anybody: no credential, or an anon or publishable key.' },
      AUTHENTICATED: { description: 'A signed-in user.' },
      SERVICE_ROLE: { description: 'A service_role or secret key: row level security does not apply.' },
    } satisfies Record<Role, object>,
  });
  return Object.assign(builder, { roleEnum });
}
