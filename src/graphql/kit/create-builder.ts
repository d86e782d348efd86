import { registerAuthDirective } from './auth-directive.ts';
import { newBuilder, type SchemaBuilder } from './builder.ts';
import { registerCheckedOnce } from './checked-once.ts';
import { registerOperationOptions } from './field-options.ts';
import { registerRateLimitDirective } from './rate-limit-directive.ts';
import { addScalars } from './scalars.ts';

/** A fresh builder with the scalars, the Role enum, the empty root types and the guards. */
export function createBuilder(): SchemaBuilder {
  registerAuthDirective();
  registerRateLimitDirective();
  registerOperationOptions();
  registerCheckedOnce();
  const builder = newBuilder();
  addScalars(builder);
  builder.queryType({ description: 'Everything that can be read.' });
  builder.mutationType({ description: 'Everything that can be changed.' });
  builder.subscriptionType({ description: 'Everything that can be followed.' });
  return builder;
}
