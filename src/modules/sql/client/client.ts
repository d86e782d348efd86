import type { z } from 'zod';
import { invalidInput } from '../../../lib/bad-input.ts';
import type { PostgresPools } from '../../../upstream/postgres/pools.ts';
import { requireDatabase } from '../../../upstream/postgres/require-database.ts';
import type { SqlTypes } from '../../../upstream/postgres/sql/sql-types.ts';
import {
  createStatementParser,
  type StatementParser,
} from '../../../upstream/postgres/sql/statement-parser.ts';
import type { Call } from '../../../viewer/call.ts';
import { executeStatement } from './execute-statement.ts';
import { executeTransaction } from './execute-transaction.ts';
import { explainStatement } from './explain-statement.ts';
import {
  type ExplainArguments,
  type StatementArguments,
  sqlArguments,
  type TransactionArguments,
} from './input.ts';
import { readStatement } from './read-statement.ts';
import type { SqlEngine } from './sql-engine.ts';
import type { ExplainResult, SqlResult } from './types.ts';

export interface SqlClientDeps {
  /** Undefined where the deployment has no DATABASE_URL: every method is then NOT_CONFIGURED. */
  readonly pools: PostgresPools | undefined;
  /** @default an own one */
  readonly parser?: StatementParser;
  readonly types: SqlTypes;
  readonly limits: {
    /** The most rows that a caller may ask for. */
    readonly maxRows: number;
    /** Milliseconds: the longest time limit that a caller may ask for. */
    readonly maxTimeoutMs: number;
    /** Bytes of one result on the wire. */
    readonly maxResultBytes: number;
  };
}

/** SQL that callers wrote. All methods reject with AppErrors alone. */
export interface SqlClient {
  /** One reading statement in a read-only transaction that is always rolled back. */
  query(args: StatementArguments, call: Call): Promise<SqlResult>;
  /** Any one statement, outside a transaction of ours. */
  execute(args: StatementArguments, call: Call): Promise<SqlResult>;
  /** All statements in one transaction: all of them or none. */
  executeTransaction(args: TransactionArguments, call: Call): Promise<SqlResult[]>;
  /** The plan of one statement. */
  explain(args: ExplainArguments, call: Call): Promise<ExplainResult>;
}

export function createSqlClient(deps: SqlClientDeps): SqlClient {
  const { maxResultBytes } = deps.limits;
  const schemas = sqlArguments(deps.limits);
  const parser = deps.parser ?? createStatementParser();
  const known = deps.pools && { pools: deps.pools, parser, types: deps.types, maxResultBytes };

  const engine = (): SqlEngine => requireDatabase(known);

  return {
    async query(args, call) {
      return await readStatement(engine(), withParams(checked(schemas.statement, args)), call);
    },
    async execute(args, call) {
      return await executeStatement(engine(), withParams(checked(schemas.statement, args)), call);
    },
    async executeTransaction(args, call) {
      const request = checked(schemas.transaction, args);
      const statements = request.statements.map(withParams);
      return await executeTransaction(engine(), { ...request, statements }, call);
    },
    async explain(args, call) {
      return await explainStatement(engine(), withParams(checked(schemas.explain, args)), call);
    },
  };
}

/**
 * The arguments as `schema` reads them. Not at the fields as elsewhere: the deployment's limits are a part of it, and
 * the GraphQL schema is the same for all deployments. So the way of `sql` to Postgres is synchronous, too.
 */
function checked<T extends z.ZodType>(schema: T, args: z.input<T>): z.output<T> {
  const result = schema.safeParse(args);
  if (result.success) return result.data;
  throw invalidInput(result.error);
}

function withParams<T extends { readonly params?: readonly unknown[] | null | undefined }>(args: T) {
  return { ...args, params: args.params ?? [] };
}
