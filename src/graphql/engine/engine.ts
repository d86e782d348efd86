import { type DocumentNode, type ExecutionResult, execute, type GraphQLSchema, subscribe } from 'graphql';
import { AppError } from '../../lib/app-error.ts';
import { badInput } from '../../lib/bad-input.ts';
import type { FieldRateLimit } from '../../limits/field-rate-limit.ts';
import type { Logger } from '../../observability/logger.ts';
import { type Role, reaches, type Viewer } from '../../viewer/viewer.ts';
import { type Context, createLoaders, type Services } from '../kit/context.ts';
import { createDocuments } from './document/documents.ts';
import { checkCost, type OperationLimits, tooManyValues } from './document/limits.ts';
import { createLocate } from './document/locations.ts';
import type { OperationFacts } from './document/operation-facts.ts';
import { type ErrorAudience, errorCodeOf, toClientError } from './errors.ts';
import { mapResults } from './map-results.ts';
import { type OperationSharing, operationSharing } from './sharing.ts';
import type { Transport } from './transport.ts';
import { type OperationVariables, operationVariables } from './variable-values.ts';

export interface OperationEngineDeps {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly rateLimit: FieldRateLimit;
  readonly limits: OperationLimits;
  readonly log: Logger;
  /** Who may introspect: everybody in development, SERVICE_ROLE alone in production unless configured. */
  readonly introspection: 'everybody' | 'service_role' | 'nobody';
  /** Counts each operation: `code` is OK or that of the first error. A subscription counts when it ends. */
  readonly metrics?: {
    operation(type: string, code: string, seconds: number): void;
    subscriptionStarted(): void;
    subscriptionEnded(): void;
    limitHit(limit: string): void;
  };
}

export interface OperationParams {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | null;
  readonly operationName?: string | null;
}

export type OperationOutcome = ExecutionResult | AsyncIterable<ExecutionResult>;

/** Parsed and validated, or refused with the errors that the client gets. */
export type PreparedOperation =
  | {
      readonly type: 'query' | 'mutation' | 'subscription';
      /** Its answer holds a credential: no copy of it may be kept. */
      readonly secretAnswer: boolean;
      /** What it needs of what came. */
      readonly params: OperationParams;
      run(): Promise<OperationOutcome> | OperationOutcome;
      /** How several callers of one identity may share it; undefined where each needs its own. */
      sharing(): OperationSharing | undefined;
    }
  | { readonly type: 'refused'; readonly result: ExecutionResult };

/** Every policy an operation meets, whatever transport it came by. Nothing here throws for what the client sent. */
export interface OperationEngine {
  prepare(params: OperationParams, transport: Transport): PreparedOperation;
}

/** Codes that say that a limit of ours was reached. */
const limitCodes: ReadonlySet<string> = new Set([
  'OPERATION_TOO_COMPLEX',
  'RATE_LIMITED',
  'PAYLOAD_TOO_LARGE',
]);

/** What log and metrics say of an operation that failed. CANCELLED is no code of errors: there is nobody to be told. */
function outcomeOf(error: unknown, { signal }: Transport): string {
  return signal.aborted ? 'CANCELLED' : errorCodeOf(error);
}

interface OperationLine {
  readonly type: string;
  readonly code: string;
  readonly operation?: string | undefined;
  readonly role?: Role;
  readonly milliseconds?: number;
}

const maxLoggedName = 100;

/** Made once, with the schema: tokens and shape, validation, the caller, cost, execution, errors, metrics, in that order. */
export function createOperationEngine(deps: OperationEngineDeps): OperationEngine {
  const { schema, services, rateLimit, limits, log, introspection, metrics } = deps;
  const count = (type: string, code: string, seconds: number): void => {
    metrics?.operation(type, code, seconds);
    if (limitCodes.has(code)) metrics?.limitHit(code);
  };
  const suggestions = introspection === 'everybody';
  const documentOf = createDocuments({ schema, limits, suggestions });

  function assertMayIntrospect(facts: OperationFacts, viewer: Viewer): void {
    if (!facts.introspects || introspection === 'everybody') return;
    if (introspection === 'service_role' && reaches(viewer.role, 'SERVICE_ROLE')) return;
    throw new AppError('FORBIDDEN', 'This server does not describe its schema to you.', {
      details: { reason: 'introspection_disabled' },
    });
  }

  function contextOf(transport: Transport, viewer: Viewer): Context {
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
        ...(transport.renewal === undefined ? {} : { renewal: transport.renewal }),
        ...(transport.backlog === undefined ? {} : { backlog: transport.backlog }),
      },
      services,
      rateLimit,
      loaders: createLoaders(() => context),
    };
    return context;
  }

  /** The one line of an operation. */
  function record({ requestId }: Transport, fields: OperationLine): void {
    // The name is the client's text.
    const operation = fields.operation?.slice(0, maxLoggedName);
    log.info({ requestId, ...fields, operation }, 'operation');
  }

  function runAs(
    viewer: Viewer,
    { document, query }: { document: DocumentNode; query: string },
    facts: OperationFacts,
    variables: OperationVariables,
    transport: Transport,
  ): Promise<OperationOutcome> | OperationOutcome {
    const started = performance.now();
    const { requestId } = transport;
    const audience = (): ErrorAudience => ({
      requestId,
      role: viewer.role,
      log,
      callerLeft: transport.signal.aborted,
    });
    const report = (code: string): void => {
      const milliseconds = performance.now() - started;
      count(facts.type, code, milliseconds / 1000);
      record(transport, { type: facts.type, operation: facts.name, role: viewer.role, code, milliseconds });
    };
    const toClient = (result: ExecutionResult): ExecutionResult => {
      if (!result.errors) return result;
      const locating = { ...audience(), locate: createLocate(document, query) };
      return { ...result, errors: result.errors.map((error) => toClientError(error, locating)) };
    };
    const finish = (result: ExecutionResult): ExecutionResult => {
      report(result.errors?.[0] ? outcomeOf(result.errors[0], transport) : 'OK');
      return toClient(result);
    };

    assertMayIntrospect(facts, viewer);
    checkCost(facts, variables.given, limits);
    const { errors } = variables.fitted();
    if (errors) return finish({ errors });
    const args = {
      schema,
      document,
      contextValue: contextOf(transport, viewer),
      variableValues: variables.given,
      operationName: facts.name ?? null,
    };
    if (facts.type !== 'subscription') {
      const result = execute(args);
      return result instanceof Promise ? result.then(finish) : finish(result);
    }
    transport.takeStreamPlace?.();
    return subscribe(args).then((result) => {
      if (!(Symbol.asyncIterator in result)) return finish(result);
      metrics?.subscriptionStarted();
      return mapResults(result, {
        each: toClient,
        failed: (error) => ({ errors: [toClientError(error, audience())] }),
        ended: () => {
          metrics?.subscriptionEnded();
          report('OK');
        },
      });
    });
  }

  function refused(type: string, errors: readonly unknown[], transport: Transport): ExecutionResult {
    const code = outcomeOf(errors[0], transport);
    count(type, code, 0);
    record(transport, { type, code });
    const { requestId, signal } = transport;
    const audience: ErrorAudience = { requestId, role: 'ANON', log, callerLeft: signal.aborted };
    return { errors: errors.map((error) => toClientError(error, audience)) };
  }

  return {
    prepare({ query, operationName, variables: came }, transport) {
      const checked = documentOf(query);
      if (checked.invalid) return { type: 'refused', result: refused('unknown', checked.invalid, transport) };
      const { document } = checked;
      const facts = checked.operation(operationName);
      if (!facts) {
        const error = badInput(
          ['operationName'],
          'operationName must name one of the operations of the document.',
        );
        return { type: 'refused', result: refused('unknown', [error], transport) };
      }
      const variables = operationVariables(schema, facts.operation, came, suggestions);
      const tooMany = tooManyValues(variables.given, limits);
      if (tooMany) return { type: 'refused', result: refused(facts.type, [tooMany], transport) };
      return {
        type: facts.type,
        secretAnswer: facts.secretAnswer,
        params: { query, variables: variables.given, operationName: facts.name ?? null },
        sharing: () =>
          facts.type === 'subscription' ? operationSharing(schema, document, facts, variables) : undefined,
        run() {
          const failed = (error: unknown): ExecutionResult => refused(facts.type, [error], transport);
          const runWith = (viewer: Viewer) => runAs(viewer, { document, query }, facts, variables, transport);
          try {
            const viewer = transport.viewer(facts.ignoresAuthorization);
            if (viewer instanceof Promise) return viewer.then(runWith).catch(failed);
            const outcome = runWith(viewer);
            return outcome instanceof Promise ? outcome.catch(failed) : outcome;
          } catch (error) {
            return failed(error);
          }
        },
      };
    },
  };
}
