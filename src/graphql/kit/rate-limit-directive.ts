import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import {
  DirectiveLocation,
  GraphQLDirective,
  type GraphQLFieldResolver,
  GraphQLInt,
  GraphQLNonNull,
  GraphQLSchema,
  isScalarType,
} from 'graphql';
import { parseDuration } from '../../lib/duration.ts';
import { outcomeOf, type RateLimitRule } from '../../limits/field-rate-limit.ts';
import { assertContext } from './context.ts';

const pluginName = 'rateLimit';

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      rateLimit: RateLimitPlugin<Types>;
    }

    interface FieldOptions {
      /** The account that `@rateLimit` counts for, out of the field's raw arguments. */
      rateLimitAccount?: (args: object) => string | undefined;
      /** The field makes users or sessions: see RateLimitSubject. @default false */
      rateLimitOfStranger?: boolean;
      /** Its failures count for the client address, together with those of the other such fields. @default false */
      rateLimitFailures?: boolean;
    }
  }
}

function declaredRule<Types extends SchemaTypes>(
  field: PothosOutputFieldConfig<Types>,
): RateLimitRule | undefined {
  const directives: unknown = Reflect.get(field.pothosOptions, 'directives');
  if (typeof directives !== 'object' || directives === null) return undefined;
  const given: unknown = Reflect.get(directives, pluginName);
  if (typeof given !== 'object' || given === null) return undefined;
  const limit: unknown = Reflect.get(given, 'limit');
  const window: unknown = Reflect.get(given, 'window');
  const windowMs = typeof window === 'string' ? parseDuration(window) : undefined;
  if (typeof limit !== 'number' || windowMs === undefined) {
    throw new Error(`${field.parentType}.${field.name} has a malformed rateLimit.`);
  }
  return { limit, windowMs };
}

interface CountingOptions {
  readonly rateLimitAccount?: ((args: object) => string | undefined) | undefined;
  readonly rateLimitOfStranger?: boolean | undefined;
  readonly rateLimitFailures?: boolean | undefined;
}

function limited<Parent, Ctx extends object>(
  resolver: GraphQLFieldResolver<Parent, Ctx, object>,
  name: string,
  rule: RateLimitRule,
  options: CountingOptions,
): GraphQLFieldResolver<Parent, Ctx, object> {
  const { rateLimitAccount: accountOf, rateLimitOfStranger: ofStranger, rateLimitFailures } = options;
  return async (parent, args, context, info) => {
    assertContext(context);
    const { viewer, clientAddress } = context.call;
    const account = accountOf?.(args);
    await context.rateLimit.spend(name, rule, { viewer, clientAddress, account, ofStranger });
    if (!rateLimitFailures) return resolver(parent, args, context, info);
    const settle = await context.rateLimit.attempt(name, clientAddress);
    try {
      const result: unknown = await resolver(parent, args, context, info);
      settle('passed');
      return result;
    } catch (error) {
      settle(outcomeOf(error));
      throw error;
    }
  };
}

/** Spends `@rateLimit` before the resolver runs. Each alias is a call of its own. */
class RateLimitPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const rule = field.parentType === 'Subscription' ? undefined : declaredRule(field);
    return rule ? limited(resolver, field.name, rule, field.pothosOptions) : resolver;
  }

  override wrapSubscribe(
    subscribe: GraphQLFieldResolver<unknown, Types['Context'], object> | undefined,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> | undefined {
    const rule = declaredRule(field);
    if (!subscribe || !rule) return subscribe;
    return limited(subscribe, field.name, rule, field.pothosOptions);
  }

  override afterBuild(schema: GraphQLSchema): GraphQLSchema {
    const duration = schema.getType('Duration');
    if (!isScalarType(duration)) throw new Error('The schema has no scalar Duration for @rateLimit to use.');
    const directive = new GraphQLDirective({
      name: pluginName,
      description:
        'Calls allowed per window. The key is the user id; else the client address (the real one, counted from the trusted proxies); for an opaque secret key its hash. Never the anon or publishable key, which everybody has. Fields that take an account count per account and address, and per account alone at ten times the limit. Each alias counts.',
      locations: [DirectiveLocation.FIELD_DEFINITION],
      args: {
        limit: { type: new GraphQLNonNull(GraphQLInt), description: 'Calls in one window.' },
        window: { type: new GraphQLNonNull(duration), description: 'Length of the window.' },
      },
    });
    const config = schema.toConfig();
    return new GraphQLSchema({ ...config, directives: [...config.directives, directive] });
  }
}

/** Names of the root fields that carry `@rateLimit`. */
export function limitedFields(schema: GraphQLSchema): ReadonlySet<string> {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const fields = roots.flatMap((root) => Object.values(root?.getFields() ?? {}));
  const limitedOnes = fields.filter(({ extensions }) => {
    const directives: unknown = extensions['directives'];
    return typeof directives === 'object' && directives !== null && pluginName in directives;
  });
  return new Set(limitedOnes.map(({ name }) => name));
}

/** Makes the plugin known to Pothos, which keeps plugins by name in one place. */
export function registerRateLimitDirective(): void {
  // A process may make more than one schema, as tests do.
  SchemaBuilder.allowPluginReRegistration = true;
  SchemaBuilder.registerPlugin(pluginName, RateLimitPlugin);
}
