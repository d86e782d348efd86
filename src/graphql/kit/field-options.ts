import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';

const pluginName = 'operations';

/** What a field counts in the cost of an operation. */
interface FieldCost {
  /** Points of the field itself. @default 1 */
  readonly own?: number;
  /**
   * How many times what is selected below it counts. @default `first` where there is that argument, ten for a list
   * without it, else one
   */
  readonly items?: number;
}

/**
 * What a subscription field says when subscribers with the same identity, document and variables get the same results,
 * so that one execution serves all of them. `latest`: each result is the whole, so the latest is all that one needs who
 * comes late or has missed some.
 */
export type FieldSharing = 'latest' | EventSharing;

export interface EventSharing {
  /** The event which tells a subscriber that it may have missed some. */
  missed(args: Record<string, unknown>): unknown;
  /** True when a subscriber begins with that event. */
  greets(args: Record<string, unknown>): boolean;
}

/** What a field tells the operation engine, which knows no field by its name. */
interface OperationOptions {
  /**
   * Of a root field: whoever calls it has no good token, or is about to get one. An operation of such fields alone runs
   * as if no Authorization had come. @default false
   */
  readonly ignoresAuthorization?: boolean | undefined;
  readonly cost?: FieldCost | undefined;
  readonly sharing?: FieldSharing | undefined;
  /** The answer holds a credential: nobody may keep a copy of it. @default false */
  readonly secretAnswer?: boolean | undefined;
  /** Of a root field: it resolves to a JsonText of everything that is selected below it, or to null. @default false */
  readonly answersText?: boolean | undefined;
  /**
   * Of a root field of mutations: all that it does is one transaction, in which it keeps the idempotency key of the call.
   * @default false
   */
  readonly keepsIdempotencyKey?: boolean | undefined;
}

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      operations: OperationOptionsPlugin<Types>;
    }

    interface FieldOptions extends OperationOptions {}
  }
}

declare module 'graphql' {
  interface GraphQLFieldExtensions<_TSource, _TContext, _TArgs> {
    operations?: OperationOptions;
  }
}

/** Carries the options from a field's definition to the schema, where the engine finds them as an extension. */
class OperationOptionsPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>) {
    const { ignoresAuthorization, cost, sharing, secretAnswer, answersText, keepsIdempotencyKey } =
      field.pothosOptions;
    const given = {
      ignoresAuthorization,
      cost,
      sharing,
      secretAnswer,
      answersText,
      keepsIdempotencyKey,
    };
    if (Object.values(given).every((option) => option === undefined)) return field;
    return { ...field, extensions: { ...field.extensions, [pluginName]: given } };
  }
}

/** Makes the plugin known to Pothos, which keeps plugins by name in one place. */
export function registerOperationOptions(): void {
  // A process may make more than one schema, as tests do.
  SchemaBuilder.allowPluginReRegistration = true;
  SchemaBuilder.registerPlugin(pluginName, OperationOptionsPlugin);
}
