import type { ObjectRef } from '@pothos/core';
import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import type {
  DatabaseConstraint,
  DatabaseForeignKey,
} from '../../../upstream/postgres/catalogue/constraints.ts';

const oid = 'Its number in the catalogues (OID).';

type Checked = Pick<DatabaseConstraint, 'isDeferrable' | 'isInitiallyDeferred' | 'isValidated' | 'comment'>;

/** When it is checked, and its comment. */
function addChecks(
  builder: SchemaBuilder,
  constraint: ObjectRef<SchemaBuilder['$inferSchemaTypes'], Checked>,
): void {
  builder.objectFields(constraint, (t) => ({
    isDeferrable: t.exposeBoolean('isDeferrable', {
      description: 'Whether it may be checked at the end of the transaction.',
    }),
    isInitiallyDeferred: t.exposeBoolean('isInitiallyDeferred', {
      description: 'Whether it is checked at the end of the transaction unless told otherwise.',
    }),
    isValidated: t.exposeBoolean('isValidated', {
      description: 'False for one added NOT VALID: rows from before may violate it.',
    }),
    comment: t.exposeString('comment', { nullable: true, description: 'Its COMMENT.' }),
  }));
}

/** `DatabaseConstraint`: all but foreign keys. */
export function addConstraintType(builder: SchemaBuilder) {
  const type = builder.enumType('ConstraintType', {
    description: 'Kinds of constraints, foreign keys aside.',
    values: {
      PRIMARY_KEY: { description: 'PRIMARY KEY.' },
      UNIQUE: { description: 'UNIQUE.' },
      CHECK: { description: 'CHECK.' },
      EXCLUSION: { description: 'EXCLUDE.' },
    },
  });
  const constraint = builder.objectRef<DatabaseConstraint>('DatabaseConstraint').implement({
    description: 'A primary key, unique, check or exclusion constraint. Foreign keys are in `references`.',
    fields: (t) => ({
      id: t.field({ type: 'BigInt', description: oid, resolve: ({ id }) => id }),
      name: t.exposeString('name', { description: 'Its name, unquoted.' }),
      type: t.field({
        type,
        description: 'Its kind.',
        resolve: (constraint) => constraint.type,
      }),
      definition: t.exposeString('definition', {
        description: 'As it stands in CREATE TABLE, such as `CHECK ((price > 0))`.',
      }),
      columns: t.exposeStringList('columns', {
        description: 'The columns it is about; empty for a check of none.',
      }),
    }),
  });
  addChecks(builder, constraint);
  return constraint;
}

/** `DatabaseForeignKey`. */
export function addForeignKeyType(builder: SchemaBuilder) {
  const action = builder.enumType('ForeignKeyAction', {
    description: 'What happens to rows that point at a row which changes.',
    values: {
      NO_ACTION: { description: 'Refused, at the end of the statement or transaction.' },
      RESTRICT: { description: 'Refused at once.' },
      CASCADE: { description: 'They change, or go, with it.' },
      SET_NULL: { description: 'Their columns become NULL.' },
      SET_DEFAULT: { description: 'Their columns get their defaults.' },
    },
  });
  const foreignKey = builder.objectRef<DatabaseForeignKey>('DatabaseForeignKey').implement({
    description: 'A foreign key, from `table` to `referencedTable`.',
    fields: (t) => ({
      id: t.field({ type: 'BigInt', description: oid, resolve: ({ id }) => id }),
      name: t.exposeString('name', { description: 'Its name, unquoted.' }),
      schema: t.exposeString('schema', { description: 'The schema of the pointing table.' }),
      table: t.exposeString('table', { description: 'The pointing table.' }),
      columns: t.exposeStringList('columns', {
        description: 'The pointing columns, in the order of the key.',
      }),
      referencedSchema: t.exposeString('referencedSchema', {
        description: 'The schema of the table pointed at.',
      }),
      referencedTable: t.exposeString('referencedTable', {
        description: 'The table pointed at.',
      }),
      referencedColumns: t.exposeStringList('referencedColumns', {
        description: 'The columns pointed at, in the order of `columns`.',
      }),
      onUpdate: t.field({
        type: action,
        description: 'What an UPDATE of the key pointed at does.',
        resolve: (key) => key.onUpdate,
      }),
      onDelete: t.field({
        type: action,
        description: 'What a DELETE of the row pointed at does.',
        resolve: (key) => key.onDelete,
      }),
      definition: t.exposeString('definition', {
        description: 'As it stands in CREATE TABLE.',
      }),
    }),
  });
  addChecks(builder, foreignKey);
  return foreignKey;
}
