import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import { defaultMaxRows, defaultStatementTimeoutMs } from '../client/input.ts';
import type { ExplainResult, SqlColumn, SqlResult } from '../client/types.ts';

const parameters =
  'Values of $1, $2, …: strings, numbers up to 2^53, booleans, null, arrays; objects are sent as JSON. Postgres infers their types: cast where it cannot (`$1::int`).';
const fromWhen = 'The wait for a connection counts too.';
// No default in the schema: the one that holds is not above what the deployment allows.
const timeoutDefault = `When left out, ${defaultStatementTimeoutMs} ms, or the deployment's maximum where that is less.`;
const statementTimeout = `After this the statement is cancelled in Postgres: TIMEOUT. ${fromWhen} ${timeoutDefault}`;
const writeTimeout = `After this the statement is cancelled in Postgres: TIMEOUT, or OUTCOME_UNKNOWN where it may have committed a part of its work (DO, CALL, VACUUM, CLUSTER, REINDEX, CONCURRENTLY) or did not end in time. ${fromWhen} ${timeoutDefault}`;
const mostRows = `More rows than this are cut off, and \`truncated\` is true. When left out, ${defaultMaxRows}, or the deployment's maximum where that is less.`;

/** `sql`, `explain`, `executeSql` and `executeTransaction`, all for SERVICE_ROLE. */
export function addSqlSchema(builder: SchemaBuilder): void {
  const { sqlResult, explainResult } = addResultTypes(builder);

  builder.queryField('sql', (t) =>
    t.field({
      type: sqlResult,
      nullable: true,
      description:
        'Runs one reading statement (SELECT, VALUES, TABLE, WITH … SELECT, SHOW, EXPLAIN) in a READ ONLY transaction that is always rolled back; settings, locks and prepared statements are taken back too. Not taken back: what functions do outside of transactions, as far as the reading login may call such functions.',
      directives: { auth: { requires: 'SERVICE_ROLE' } },
      args: statementArgs(builder, statementTimeout),
      resolve: (_root, args, context) => context.services.sql.query(args, context.call),
    }),
  );

  builder.queryField('explain', (t) =>
    t.field({
      type: explainResult,
      nullable: true,
      description:
        'The plan of one statement. With `analyze` the statement runs, read-only and rolled back; writes are refused.',
      directives: { auth: { requires: 'SERVICE_ROLE' } },
      args: {
        statement: t.arg.string({ required: true, description: 'The statement, without EXPLAIN.' }),
        params: t.arg({ type: ['JSON'], required: { list: false, items: false }, description: parameters }),
        analyze: t.arg.boolean({
          required: true,
          defaultValue: false,
          description: 'Run the statement and measure it.',
        }),
      },
      resolve: (_root, args, context) => context.services.sql.explain(args, context.call),
    }),
  );

  builder.mutationField('executeSql', (t) =>
    t.field({
      type: sqlResult,
      nullable: true,
      description:
        'Runs any one statement, outside of a transaction of ours, with the rights of the gateway’s login. It runs to its end however many rows are asked for. BEGIN, COMMIT and their like are refused (see executeTransaction), COPY from STDIN or to STDOUT and LISTEN too.',
      directives: { auth: { requires: 'SERVICE_ROLE' } },
      args: statementArgs(builder, writeTimeout),
      resolve: (_root, args, context) => context.services.sql.execute(args, context.call),
    }),
  );

  addTransaction(builder, sqlResult);
}

/** What the fields take that run one statement. */
function statementArgs(builder: SchemaBuilder, timeout: string) {
  return builder.args((arg) => ({
    statement: arg.string({
      required: true,
      description: 'The statement; nothing after it but a semicolon.',
    }),
    params: arg.field({ type: ['JSON'], required: { list: false, items: false }, description: parameters }),
    maxRows: arg.int({ required: false, description: mostRows }),
    timeout: arg.field({ type: 'Duration', required: false, description: timeout }),
  }));
}

function addTransaction(
  builder: SchemaBuilder,
  sqlResult: ReturnType<typeof addResultTypes>['sqlResult'],
): void {
  const isolationLevel = builder.enumType('IsolationLevel', {
    description: 'What a transaction sees of changes made at the same time.',
    values: {
      READ_COMMITTED: { description: 'Each statement sees what was committed before it began.' },
      REPEATABLE_READ: { description: 'All statements see what was committed before the first began.' },
      SERIALIZABLE: {
        description: 'As if transactions ran one after the other; those that cannot are CONFLICT, retryable.',
      },
    },
  });
  const statementInput = builder.inputType('SqlStatementInput', {
    description: 'One statement of a transaction.',
    fields: (t) => ({
      statement: t.string({ required: true, description: 'The statement.' }),
      params: t.field({ type: ['JSON'], required: { list: false, items: false }, description: parameters }),
    }),
  });
  builder.mutationField('executeTransaction', (t) =>
    t.field({
      type: [sqlResult],
      nullable: true,
      description:
        'Runs all statements in one transaction: all of them or none. The failing one is named by `index` in the error. A conflict with another transaction is CONFLICT with `retryable`. Statements that would begin or end the transaction are refused before anything runs.',
      directives: { auth: { requires: 'SERVICE_ROLE' } },
      args: {
        statements: t.arg({ type: [statementInput], required: true, description: 'In the order they run.' }),
        isolation: t.arg({
          type: isolationLevel,
          required: true,
          defaultValue: 'READ_COMMITTED',
          description: 'The isolation level.',
        }),
        timeout: t.arg({
          type: 'Duration',
          required: false,
          description: `For all statements together; after this the running one is cancelled and all is rolled back. ${fromWhen} ${timeoutDefault}`,
        }),
      },
      resolve: (_root, args, context) => context.services.sql.executeTransaction(args, context.call),
    }),
  );
}

function addResultTypes(builder: SchemaBuilder) {
  const sqlColumn = builder.objectRef<SqlColumn>('SqlColumn').implement({
    description: 'A column of a result.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name; names may repeat.' }),
      type: t.exposeString('type', {
        description:
          'Its type as `format_type` writes it, without length and precision, such as `timestamp with time zone`; `unknown` where it could not be looked up after the statement was done.',
      }),
      typeOid: t.expose('typeOid', {
        type: 'BigInt',
        description: 'Its type in `pg_type`.',
      }),
      tableOid: t.expose('tableOid', {
        type: 'BigInt',
        nullable: true,
        description: 'The table it comes from, in `pg_class`; null for computed columns.',
      }),
    }),
  });
  const sqlResult = builder.objectRef<SqlResult>('SqlResult').implement({
    description: 'What a statement answered.',
    fields: (t) => ({
      rows: t.field({
        type: ['JSONObject'],
        description:
          'One object per row, keyed by column name. int8 and numeric are strings, unsafe numbers inside json too; bytea is base64; date and time types are ISO 8601 text (timestamptz in UTC, microseconds kept); NaN and the infinities are strings; arrays are arrays; json nested deeper than 256 levels is its text.',
        resolve: (result) => result.rows,
      }),
      values: t.field({
        type: t.listRef(t.listRef('JSON', { nullable: true })),
        description: 'The same rows as arrays in column order, for results with repeated column names.',
        resolve: (result) => result.values,
      }),
      columns: t.field({
        type: [sqlColumn],
        description: 'The columns, in order.',
        resolve: (result) => result.columns,
      }),
      rowCount: t.exposeInt('rowCount', {
        description: 'Rows in this answer (`sql`), or rows that the statement returned or changed.',
      }),
      command: t.exposeString('command', {
        description: 'The kind of statement, as Postgres calls it.',
      }),
      truncated: t.exposeBoolean('truncated', {
        description:
          'True when there were more rows than `maxRows`, or than fit into the largest answer, or one that alone is too large for it.',
      }),
      duration: t.exposeFloat('duration', {
        description: 'Milliseconds spent in the database.',
      }),
    }),
  });
  const explainResult = builder.objectRef<ExplainResult>('ExplainResult').implement({
    description: 'A plan.',
    fields: (t) => ({
      plan: t.expose('plan', {
        type: 'JSON',
        description: 'The plan as `EXPLAIN (FORMAT JSON)` gives it: a list with one entry.',
      }),
      text: t.exposeString('text', { description: 'The same plan for people to read.' }),
    }),
  });
  return { sqlResult, explainResult };
}
