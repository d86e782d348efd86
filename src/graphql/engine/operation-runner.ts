import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  subscribe,
} from 'graphql';
import { AppError } from '../../lib/app-error.ts';
import type { FieldRateLimit } from '../../limits/field-rate-limit.ts';
import { OutdatedSchema } from '../../module/outdated-schema.ts';
import type { Logger } from '../../observability/logger.ts';
import type { IdempotencyStore } from '../../upstream/postgres/idempotency/idempotency-store.ts';
import type { Call } from '../../viewer/call.ts';
import { reaches, type Viewer } from '../../viewer/viewer.ts';
import { type Context, createLoaders, type Services } from '../kit/context.ts';
import { checkCost, type OperationLimits } from './document/limits.ts';
import { createLocate } from './document/locations.ts';
import type { OperationFacts } from './document/operation-facts.ts';
import { type ErrorAudience, errorCodeOf, toClientError } from './errors.ts';
import { fittedDocument } from './fitted-document.ts';
import { createMutationsOnce } from './idempotency/mutation-once.ts';
import { mapResults } from './map-results.ts';
import type { ObservedOperation, OperationEnd, OperationObserver } from './observers.ts';
import { withTextExtensions } from './result-text.ts';
import type { Transport } from './transport.ts';
import type { OperationVariables } from './variable-values.ts';

export interface RunnerDeps {
  readonly services: Services;
  readonly rateLimit: FieldRateLimit;
  readonly limits: OperationLimits;
  readonly log: Logger;
  /** Who may introspect: everybody in development, SERVICE_ROLE alone in production unless configured. */
  readonly introspection: 'everybody' | 'service_role' | 'nobody';
  readonly observers: readonly OperationObserver[];
  /** Where the answers of mutations with an idempotency key are kept; undefined where they cannot be. */
  readonly idempotency: IdempotencyStore | undefined;
}

export type OperationOutcome = ExecutionResult | AsyncIterable<ExecutionResult>;

/** A valid operation, with all that it takes to run but its caller. */
export interface RunnableOperation {
  readonly query: string;
  readonly document: DocumentNode;
  readonly facts: OperationFacts;
  readonly variables: OperationVariables;
  /** As it is executed. */
  readonly schema: GraphQLSchema;
  /** Of a mutation, what came as its idempotency key; undefined where none did. */
  readonly idempotencyKey?: unknown;
}

export interface OperationRunner {
  /**
   * Throws what a policy refuses; all else is in the result. A query or mutation whose schema was outdated, and that has
   * changed nothing, gives what `anew` does in its place.
   */
  run(
    operation: RunnableOperation,
    viewer: Viewer,
    transport: Transport,
    anew?: () => Promise<OperationOutcome>,
  ): Promise<OperationOutcome> | OperationOutcome;
  /** The result of an operation that does not run. */
  refuse(type: ObservedOperation['type'], errors: readonly unknown[], transport: Transport): ExecutionResult;
}

/** What log and metrics say of an operation that failed. CANCELLED is no code of errors: there is nobody to be told. */
function codeOf(error: unknown, { signal }: Transport): string {
  return signal.aborted ? 'CANCELLED' : errorCodeOf(error);
}

/** Whether an outdated schema ended it before it changed anything: the fields of a mutation run one after another. */
function mayRunAnew({ data, errors }: ExecutionResult, { type }: OperationFacts): boolean {
  if (!errors?.some(({ originalError }) => originalError instanceof OutdatedSchema)) return false;
  return type === 'query' || Object.keys(data ?? {}).length === 1;
}

function singleResult(outcome: OperationOutcome): ExecutionResult {
  if (Symbol.asyncIterator in outcome) throw new Error('A mutation gave a stream.');
  return outcome;
}

/** An error of an operation as a whole. */
function asGraphQLError(error: unknown): GraphQLError {
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}

/** Caller, cost, execution and errors of operations, in that order. */
export function createOperationRunner(deps: RunnerDeps): OperationRunner {
  const { services, rateLimit, limits, log, introspection, observers } = deps;
  const onceUnderKey = createMutationsOnce(deps.idempotency);
  const ended = (operation: ObservedOperation, end: OperationEnd): void => {
    for (const observer of observers) observer.ended(operation, end);
  };

  function assertMayIntrospect(facts: OperationFacts, viewer: Viewer): void {
    if (!facts.introspects || introspection === 'everybody') return;
    if (introspection === 'service_role' && reaches(viewer.role, 'SERVICE_ROLE')) return;
    throw new AppError('FORBIDDEN', 'This server does not describe its schema to you.', {
      details: { reason: 'introspection_disabled' },
    });
  }

  /** `own`: what the call has of its own, in place of the transport's. */
  function contextOf(transport: Transport, viewer: Viewer, own?: Partial<Call>): Context {
    const context: Context = {
      call: {
        viewer,
        // Made when it is asked for: many operations call nobody.
        get signal() {
          return transport.signal;
        },
        requestId: transport.requestId,
        log,
        clientAddress: transport.clientAddress,
        userAgent: transport.userAgent,
        get headers() {
          return transport.headers;
        },
        ...(transport.renewal === undefined ? {} : { renewal: transport.renewal }),
        ...(transport.backlog === undefined ? {} : { backlog: transport.backlog }),
        ...own,
      },
      services,
      rateLimit,
      loaders: createLoaders(() => context),
    };
    return context;
  }

  /** Tells the observers that an operation has begun, and gives what its results go through. */
  function begin({ facts, document, query }: RunnableOperation, viewer: Viewer, transport: Transport) {
    const started = performance.now();
    const { requestId } = transport;
    const observed = { requestId, type: facts.type, name: facts.name, role: viewer.role };
    for (const observer of observers) observer.began?.(observed);
    const audience = (): ErrorAudience => ({
      requestId,
      role: viewer.role,
      log,
      callerLeft: transport.signal.aborted,
    });
    const end = (code: string): void => ended(observed, { code, milliseconds: performance.now() - started });
    const toClient = (executed: ExecutionResult): ExecutionResult => {
      const result = withTextExtensions(executed);
      if (!result.errors) return result;
      const locating = { ...audience(), locate: createLocate(document, query) };
      return { ...result, errors: result.errors.map((error) => toClientError(error, locating)) };
    };
    const observe = ({ errors }: ExecutionResult): void =>
      end(errors?.[0] ? codeOf(errors[0], transport) : 'OK');
    return {
      end,
      toClient,
      observe,
      finish(result: ExecutionResult): ExecutionResult {
        observe(result);
        return toClient(result);
      },
      failed(error: unknown): ExecutionResult {
        if (error instanceof OutdatedSchema) throw error;
        return { errors: [toClientError(error, audience())] };
      },
    };
  }

  return {
    run(operation, viewer, transport, anew) {
      const { facts, document, variables, schema } = operation;
      assertMayIntrospect(facts, viewer);
      checkCost(facts, variables.given, limits);
      const streams = facts.type === 'subscription';
      const once = onceUnderKey(operation, viewer);
      const { coerced, errors } = variables.fitted();
      if (streams && !errors) transport.takeStreamPlace?.();
      const { finish, toClient, failed, end, observe } = begin(operation, viewer, transport);
      if (errors) return finish({ errors });
      const args = {
        schema,
        document: fittedDocument(document, facts.operation),
        contextValue: contextOf(transport, viewer),
        variableValues: coerced,
        operationName: facts.name ?? null,
      };
      const done = (result: ExecutionResult): OperationOutcome | Promise<OperationOutcome> => {
        if (anew === undefined || !mayRunAnew(result, facts)) return finish(result);
        end(codeOf(result.errors?.[0], transport));
        return anew();
      };
      if (once !== undefined) {
        const run = async (own: Partial<Call>): Promise<ExecutionResult> => {
          const result = await execute({ ...args, contextValue: contextOf(transport, viewer, own) });
          // A key that was claimed before cannot be claimed anew.
          return own.keyed === undefined ? finish(result) : singleResult(await done(result));
        };
        const { headers, signal } = transport;
        return once({ headers, signal, run, kept: observe }).catch((error: unknown) =>
          finish({ errors: [asGraphQLError(error)] }),
        );
      }
      if (!streams) {
        const result = execute(args);
        return result instanceof Promise ? result.then(done) : done(result);
      }
      return subscribe(args).then((result) => {
        if (!(Symbol.asyncIterator in result)) return finish(result);
        return mapResults(result, { each: toClient, failed, ended: () => end('OK') });
      });
    },
    refuse(type, errors, transport) {
      const { requestId, signal } = transport;
      const code = codeOf(errors[0], transport);
      ended({ requestId, type, name: undefined, role: undefined }, { code, milliseconds: undefined });
      const audience: ErrorAudience = { requestId, role: 'ANON', log, callerLeft: signal.aborted };
      return { errors: errors.map((error) => toClientError(error, audience)) };
    },
  };
}
