import { isRecord } from '../../lib/is-record.ts';
import type { FieldRateLimit } from '../../limits/field-rate-limit.ts';
import type { Call } from '../../viewer/call.ts';

/** The modules' clients by the module's name. Which there are, the gateway says: see gateway/modules.ts. */
// biome-ignore lint/suspicious/noEmptyInterface: the gateway adds to it.
export interface Services {}

/** What a resolver gets. One per operation. */
export interface Context {
  readonly call: Call;
  readonly services: Services;
  readonly rateLimit: FieldRateLimit;
  /** The operation's own DataLoaders: made at first use, gone with the operation, never shared between callers. */
  readonly loaders: Loaders;
}

/** A DataLoader (or any per-operation value) by the function that makes it. */
export interface Loaders {
  get<T>(create: (context: Context) => T): T;
}

/** Makes the registry behind `context.loaders`. */
export function createLoaders(context: () => Context): Loaders {
  const made = new Map<unknown, { value: unknown }>();
  return {
    get<T>(create: (context: Context) => T): T {
      const found = made.get(create);
      // The map's key is the function that made the value, so its type is that function's.
      if (found) return found.value as T;
      const value = create(context());
      made.set(create, { value });
      return value;
    },
  };
}

/** Narrows what a Pothos plugin is handed: to Pothos a context is any object. */
export function assertContext(value: unknown): asserts value is Context {
  if (!isRecord(value) || !('call' in value))
    throw new Error('A resolver ran without a context of the gateway.');
}
