import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';

const pluginName = 'checkedOnce';

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      checkedOnce: CheckedOncePlugin<Types>;
    }
  }
}

/**
 * Stands around the zod plugin, which would check the arguments of a subscription not only when it begins but again at
 * each of its events.
 */
class CheckedOncePlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    return field.parentType === 'Subscription' && field.resolve ? field.resolve : resolver;
  }
}

/** Makes the plugin known to Pothos, which keeps plugins by name in one place. */
export function registerCheckedOnce(): void {
  // A process may make more than one schema, as tests do.
  SchemaBuilder.allowPluginReRegistration = true;
  SchemaBuilder.registerPlugin(pluginName, CheckedOncePlugin);
}
