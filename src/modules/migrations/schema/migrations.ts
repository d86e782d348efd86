import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import { connectionType } from '../../../graphql/kit/connection.ts';
import { checkedBy } from '../../../graphql/kit/input.ts';
import { knownVersion, type MigrationInput, migrationInput, wantedVersion } from '../client/input.ts';
import type { Migration, MigrationNotice, MigrationResult } from '../client/types.ts';

const serviceRole = { auth: { requires: 'SERVICE_ROLE' } } as const;

/** `migrations`, `migration`, `runMigration`, `rollbackMigration`. */
export function addMigrationsSchema(builder: SchemaBuilder): void {
  const migration = addMigrationType(builder);
  const payload = addPayloadType(builder, migration);
  const connection = connectionType(builder, 'Migration', migration);

  builder.queryFields((t) => ({
    migrations: t.field({
      type: connection,
      nullable: true,
      description:
        'The migrations of the database, oldest version first, whichever tool applied them. FORBIDDEN says in `grants` what the login needs.',
      directives: serviceRole,
      args: {
        first: t.arg.int({
          required: true,
          defaultValue: 100,
          description: 'How many at most, from 1 to 1000.',
        }),
        after: t.arg.string({ required: false, description: 'Begin behind this cursor.' }),
      },
      resolve: (_root, args, { services, call }) => services.migrations.list(args, call),
    }),
    migration: t.field({
      type: migration,
      nullable: true,
      description: 'One migration; null when the version is not known.',
      directives: serviceRole,
      args: { version: t.arg.id({ required: true, description: 'Its version.' }) },
      ...checkedBy(
        knownVersion,
        async ({ version }, { services, call }) => (await services.migrations.find(version, call)) ?? null,
      ),
    }),
  }));

  const input = builder.inputRef<MigrationInput, false>('RunMigrationInput').implement({
    validate: { schema: migrationInput },
    description: 'A migration to apply.',
    fields: (t) => ({
      version: t.id({
        required: true,
        description: 'YYYYMMDDHHMMSS, chosen by the caller, so that a retry is the same migration.',
      }),
      name: t.string({
        required: true,
        description: 'What it does in a few words, at most 255 characters.',
      }),
      sql: t.string({
        required: true,
        description:
          'The statements, divided by semicolons; there may be none. Lines that pg_dump writes for psql (\\restrict, \\unrestrict) are skipped. BEGIN, COMMIT and their like are refused, other commands of psql and the data of COPY too.',
      }),
      down: t.string({
        required: false,
        description: 'SQL that undoes it; kept with the migration and used by rollbackMigration.',
      }),
      dryRun: t.boolean({
        required: true,
        defaultValue: false,
        description: 'Run everything, answer what would be recorded, and roll back. Needs `transactional`.',
      }),
      transactional: t.boolean({
        required: true,
        defaultValue: true,
        description:
          'False for statements that cannot run inside a transaction, such as CREATE INDEX CONCURRENTLY: they run one by one, and after a failure the same call goes on from the statement that failed. CONFLICT, reason `unknown_statement`, where the connection was lost while one of them ran that cannot be in a transaction.',
      }),
      resumeFrom: t.int({
        required: false,
        description:
          'Index of the statement to go on with, where `transactional: false` stopped in the middle: the one after those that ran, or the next one, to leave that one out. Needed after `unknown_statement`.',
      }),
    }),
  });

  builder.mutationFields((t) => ({
    runMigration: t.field({
      type: payload,
      nullable: true,
      description:
        'Applies a migration, one at a time across all gateways. Applied already with the same content: `applied` is false; with other content: CONFLICT. A failing statement rolls everything back and is named by `index`, `line` and SQLSTATE.',
      directives: serviceRole,
      args: { input: t.arg({ type: input, required: true, description: 'The migration.' }) },
      resolve: (_root, args, { services, call }) => services.migrations.run(args.input, call),
    }),
    rollbackMigration: t.field({
      type: payload,
      nullable: true,
      description:
        'Runs the `down` of the newest applied migration and takes it out of the history. CONFLICT when it is not the newest or has no `down`.',
      directives: serviceRole,
      args: { version: t.arg.id({ required: true, description: 'Its version.' }) },
      ...checkedBy(wantedVersion, ({ version }, { services, call }) =>
        services.migrations.rollback(version, call),
      ),
    }),
  }));
}

function addMigrationType(builder: SchemaBuilder) {
  const state = builder.enumType('MigrationState', {
    description: 'How far a migration came.',
    values: {
      APPLIED: { description: 'It is applied.' },
      INCOMPLETE: {
        description: 'It ran outside of a transaction and stopped in the middle; runMigration goes on.',
      },
    },
  });
  return builder.objectRef<Migration>('Migration').implement({
    description: 'A migration in the history that the Supabase CLI and this gateway share.',
    fields: (t) => ({
      version: t.exposeID('version', {
        description: 'Its version, usually YYYYMMDDHHMMSS.',
      }),
      name: t.exposeString('name', {
        nullable: true,
        description: 'Its name; null on rows that an old Supabase CLI wrote.',
      }),
      state: t.field({
        type: state,
        description: 'How far it came.',
        resolve: (migration) => migration.state,
      }),
      statements: t.stringList({
        nullable: true,
        description: 'Its statements without semicolons; null on rows that an old Supabase CLI wrote.',
        resolve: ({ statements }) => statements,
      }),
      checksum: t.exposeString('checksum', {
        nullable: true,
        description:
          'SHA-256, in hex, of the JSON array of `statements`, whichever tool wrote them; null without statements.',
      }),
      down: t.exposeString('down', {
        nullable: true,
        description: 'SQL that undoes it; null when none came with it.',
      }),
      statementsRun: t.exposeInt('statementsRun', {
        nullable: true,
        description: 'How many of its statements ran; null when another tool applied it.',
      }),
      statementRunning: t.exposeInt('statementRunning', {
        nullable: true,
        description:
          'Index of the statement that runs outside of a transaction now, or ran when the connection was lost: then nobody knows whether it came to its end. Null otherwise.',
      }),
      transactional: t.exposeBoolean('transactional', {
        nullable: true,
        description: 'Whether it ran in one transaction; null when another tool applied it.',
      }),
      outOfOrder: t.exposeBoolean('outOfOrder', {
        nullable: true,
        description: 'Whether a newer version was applied before it; null when another tool applied it.',
      }),
      appliedAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When it was applied; null when incomplete, or applied by another tool.',
        resolve: ({ appliedAt }) => appliedAt,
      }),
      appliedBy: t.exposeString('appliedBy', {
        nullable: true,
        description: 'The e-mail address, id or role in the token of who applied it, where known.',
      }),
      duration: t.exposeFloat('duration', {
        nullable: true,
        description: 'Milliseconds its statements took; null when another tool applied it.',
      }),
    }),
  });
}

function addPayloadType(builder: SchemaBuilder, migration: ReturnType<typeof addMigrationType>) {
  const notice = builder.objectRef<MigrationNotice>('MigrationNotice').implement({
    description: 'Something Postgres remarked while a migration ran.',
    fields: (t) => ({
      severity: t.exposeString('severity', { description: 'Such as NOTICE or WARNING.' }),
      code: t.exposeString('code', { description: 'The SQLSTATE.' }),
      message: t.exposeString('message', { description: "Postgres' own words." }),
      detail: t.exposeString('detail', { nullable: true, description: 'More of them.' }),
      hint: t.exposeString('hint', { nullable: true, description: 'What to do about it.' }),
    }),
  });
  return builder.objectRef<MigrationResult>('MigrationPayload').implement({
    description: 'What became of a migration.',
    fields: (t) => ({
      migration: t.field({
        type: migration,
        description:
          'The migration as recorded; with `dryRun` as it would be, after rollbackMigration as it was.',
        resolve: (result) => result.migration,
      }),
      applied: t.exposeBoolean('applied', {
        description:
          'Whether this very call applied it: false when it was applied before, with `dryRun`, and after rollbackMigration.',
      }),
      dryRun: t.exposeBoolean('dryRun', {
        description: 'Whether everything was rolled back because it was asked for.',
      }),
      duration: t.exposeFloat('duration', {
        description: 'Milliseconds that the statements of this call took.',
      }),
      notices: t.field({
        type: [notice],
        description: 'What Postgres remarked, at most 1000.',
        resolve: (result) => result.notices,
      }),
    }),
  });
}
