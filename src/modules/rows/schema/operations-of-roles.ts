import type { GraphQLSchema } from 'graphql';
import type { OperationLimits } from '../../../graphql/engine/document/limits.ts';
import type { Context } from '../../../graphql/kit/context.ts';
import { printSchemaInTurns } from '../../../graphql/kit/print-schema.ts';
import type { JsonObject } from '../../../lib/json-object.ts';
import type { ReadQuery } from '../../../upstream/postgres/rows/compile/query.ts';
import type { ExplainedTable } from '../../../upstream/postgres/rows/explain/explain-tables.ts';
import type { Call } from '../../../viewer/call.ts';
import { assumedHeaders } from '../client/assumed-headers.ts';
import { type AssumedCaller, assumedViewer } from '../client/assumed-viewer.ts';
import type { RowsClient } from '../client/client.ts';
import type { Explain } from '../client/explainer.ts';
import { type AskedOperation, createRunOperation } from './operation-as.ts';

type AskedAs = AskedOperation & {
  readonly as: AssumedCaller & { readonly headers?: JsonObject | undefined };
};

export interface RlsExplanation {
  readonly tables: readonly ExplainedTable[];
  readonly answer: JsonObject;
}

/** What holders of the service role ask about other roles. All throw BAD_USER_INPUT for what is no role of the API. */
export interface OperationsOfRoles {
  /** The SDL of what a role may use. */
  schemaText(role: string): Promise<string>;
  runAs(asked: AskedAs, context: Context): Promise<JsonObject>;
  rlsExplain(asked: AskedAs, context: Context): Promise<RlsExplanation>;
}

export interface OperationsOfRolesDeps {
  readonly limits: OperationLimits;
  /** Those that may be taken. */
  readonly roles: readonly string[];
  /** Of the headers that policies may read. */
  readonly headerNames: readonly string[];
  /** The schema of a database role; rejects where there is none. */
  readonly schemaOf: (role: string) => Promise<GraphQLSchema>;
  readonly read: RowsClient['read'];
  readonly explain: Explain;
}

export function createOperationsOfRoles(deps: OperationsOfRolesDeps): OperationsOfRoles {
  const { roles, headerNames, schemaOf, read, explain } = deps;
  const run = createRunOperation(deps.limits);

  /** Gives what was read as well, and as whom. */
  async function runAs(asked: AskedAs, { call: own, services, ...rest }: Context) {
    const headers = assumedHeaders(asked.as.headers ?? {}, headerNames);
    const call: Call = { ...own, viewer: assumedViewer(asked.as, roles), headers };
    const queries: ReadQuery[] = [];
    const rows: typeof services.rows = {
      ...services.rows,
      read(some, ...more) {
        queries.push(...some);
        return read(some, ...more);
      },
    };
    const context = { ...rest, call, services: { ...services, rows } };
    return { answer: await run(asked, await schemaOf(asked.as.role), context), queries, call };
  }

  return {
    schemaText: async (role) => await printSchemaInTurns(await schemaOf(role)),
    async runAs(asked, context) {
      return (await runAs(asked, context)).answer;
    },
    async rlsExplain(asked, context) {
      const { answer, queries, call } = await runAs(asked, context);
      return { answer, tables: await explain(queries, call) };
    },
  };
}
