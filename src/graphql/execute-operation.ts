import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Logger } from '../observability/logger.ts';
import { toClientError } from './errors.ts';
import { operationFacts } from './operation-facts.ts';
import type { TransportContext } from './transport.ts';
import type { Yoga } from './yoga.ts';

export interface OperationParams {
  readonly query: string;
  readonly variables?: Record<string, unknown> | null;
  readonly operationName?: string | null;
}

/** Parsed and validated, or refused with the errors that the client gets. */
export type PreparedOperation =
  | {
      readonly type: 'query' | 'mutation' | 'subscription';
      run(): Promise<OperationOutcome> | OperationOutcome;
    }
  | { readonly type: 'refused'; readonly result: ExecutionResult };

export type OperationOutcome = ExecutionResult | AsyncIterable<ExecutionResult>;

/**
 * Takes one operation through Yoga's envelop (so through every policy plugin) without a fetch Request around it: the
 * common way for JSON over HTTP and for WebSocket. Never throws for what the client sent.
 */
export function prepareOperation(
  yoga: Yoga,
  params: OperationParams,
  context: TransportContext,
  log: Logger,
): PreparedOperation {
  const audience = { requestId: context.transport.requestId, role: 'ANON', log } as const;
  const refuse = (errors: readonly unknown[]): PreparedOperation => ({
    type: 'refused',
    result: { errors: errors.map((error) => toClientError(error, audience)) },
  });
  const enveloped = yoga.getEnveloped({ ...context, params });
  try {
    const document = enveloped.parse(params.query);
    const invalid: readonly unknown[] = enveloped.validate(enveloped.schema, document);
    if (invalid.length > 0) return refuse(invalid);
    const facts = operationFacts(document, params.operationName ?? null);
    if (!facts) {
      return refuse([
        new GraphQLError('operationName must name one of the operations of the document.', {
          extensions: { code: 'BAD_USER_INPUT', http: { status: 400, spec: true } },
        }),
      ]);
    }
    const execute = facts.type === 'subscription' ? enveloped.subscribe : enveloped.execute;
    const run = async (): Promise<OperationOutcome> => {
      try {
        return await execute({
          schema: enveloped.schema,
          document,
          contextValue: await enveloped.contextFactory(),
          variableValues: params.variables ?? undefined,
          operationName: params.operationName ?? undefined,
        });
      } catch (error) {
        return { errors: [toClientError(error, audience)] };
      }
    };
    return { type: facts.type, run };
  } catch (error) {
    return refuse([error]);
  }
}
