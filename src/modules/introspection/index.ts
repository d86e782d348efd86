import { defineModule } from '../../module/module.ts';
import { createIntrospectionClient } from './client/client.ts';
import { addIntrospectionSchema } from './schema/introspection.ts';

/** What the database consists of. */
export const introspection = defineModule({
  name: 'introspection',
  variables: {},
  schema: addIntrospectionSchema,
  start: ({ pools }) => ({ client: createIntrospectionClient({ pools }) }),
});
