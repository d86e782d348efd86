import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import {
  DirectiveLocation,
  GraphQLDirective,
  type GraphQLFieldResolver,
  GraphQLNonNull,
  GraphQLSchema,
  isEnumType,
} from 'graphql';
import { AppError } from '../../lib/app-error.ts';
import { type Role, reaches, roles, type Viewer } from '../../viewer/viewer.ts';
import { assertContext } from './context.ts';

const pluginName = 'auth';

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      auth: AuthPlugin<Types>;
    }
  }
}

const rootTypes: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription']);

function isRole(value: unknown): value is Role {
  return roles.some((role) => role === value);
}

function requiredRole<Types extends SchemaTypes>(field: PothosOutputFieldConfig<Types>): Role | undefined {
  const directives: unknown = Reflect.get(field.pothosOptions, 'directives');
  if (typeof directives !== 'object' || directives === null) return undefined;
  const auth: unknown = Reflect.get(directives, pluginName);
  if (typeof auth !== 'object' || auth === null) return undefined;
  const requires: unknown = Reflect.get(auth, 'requires');
  return isRole(requires) ? requires : undefined;
}

/** Throws UNAUTHENTICATED where no credential came, FORBIDDEN where the caller's role is too low. */
function assertRole(viewer: Viewer, requires: Role): void {
  if (reaches(viewer.role, requires)) return;
  if (viewer.kind === 'anon' && !viewer.presented) {
    throw new AppError(
      'UNAUTHENTICATED',
      'This field needs a credential: send Authorization: Bearer <token>.',
      {
        details: { reason: 'token_missing' },
      },
    );
  }
  throw new AppError('FORBIDDEN', `This field needs the role ${requires}.`, {
    details: { reason: 'role_too_low', requires },
  });
}

function guard<Parent, Ctx extends object, Args>(
  resolver: GraphQLFieldResolver<Parent, Ctx, Args>,
  requires: Role,
): GraphQLFieldResolver<Parent, Ctx, Args> {
  return (parent, args, context, info) => {
    assertContext(context);
    assertRole(context.call.viewer, requires);
    return resolver(parent, args, context, info);
  };
}

/**
 * Enforces `@auth(requires:)`. Decided when the schema is built: a field for ANON keeps its bare resolver, and a root
 * field that declares nothing stops the build.
 */
class AuthPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>) {
    if (rootTypes.has(field.parentType) && requiredRole(field) === undefined) {
      throw new Error(`${field.parentType}.${field.name} declares no access: add directives: { auth: … }.`);
    }
    return field;
  }

  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const requires = requiredRole(field);
    // A subscription is guarded before its source opens (wrapSubscribe); an event is no new call.
    if (requires === undefined || requires === 'ANON' || field.parentType === 'Subscription') return resolver;
    return guard(resolver, requires);
  }

  override wrapSubscribe(
    subscribe: GraphQLFieldResolver<unknown, Types['Context'], object> | undefined,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> | undefined {
    const requires = requiredRole(field);
    if (!subscribe || requires === undefined || requires === 'ANON') return subscribe;
    return guard(subscribe, requires);
  }

  override afterBuild(schema: GraphQLSchema): GraphQLSchema {
    const role = schema.getType('Role');
    if (!isEnumType(role)) throw new Error('The schema has no enum Role for @auth to use.');
    const directive = new GraphQLDirective({
      name: pluginName,
      description:
        'Who may select a field. Every root field carries it; a field without one fails the build.',
      locations: [DirectiveLocation.FIELD_DEFINITION],
      args: {
        requires: {
          type: new GraphQLNonNull(role),
          defaultValue: 'AUTHENTICATED',
          description: 'The lowest role that may select the field.',
        },
      },
    });
    const config = schema.toConfig();
    return new GraphQLSchema({ ...config, directives: [...config.directives, directive] });
  }
}

/** Makes the plugin known to Pothos, which keeps plugins by name in one place. */
export function registerAuthDirective(): void {
  // A process may make more than one schema, as tests do.
  SchemaBuilder.allowPluginReRegistration = true;
  SchemaBuilder.registerPlugin(pluginName, AuthPlugin);
}
