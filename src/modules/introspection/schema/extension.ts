import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import type { DatabaseExtension } from '../../../upstream/postgres/catalogue/database-objects.ts';

/** `DatabaseExtension`. */
export function addExtensionType(builder: SchemaBuilder) {
  return builder.objectRef<DatabaseExtension>('DatabaseExtension').implement({
    description: 'An extension that is installed, or could be.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name.' }),
      schema: t.exposeString('schema', {
        nullable: true,
        description: 'The schema of its objects; null when it is not installed.',
      }),
      version: t.exposeString('version', {
        nullable: true,
        description: 'The installed version; null when it is not installed.',
      }),
      defaultVersion: t.exposeString('defaultVersion', {
        nullable: true,
        description: 'The version CREATE EXTENSION takes; null when its files are gone.',
      }),
      isInstalled: t.boolean({
        description: 'Whether it is installed in this database.',
        resolve: ({ version }) => version !== null,
      }),
      comment: t.exposeString('comment', { nullable: true, description: 'What it is for.' }),
    }),
  });
}
