import type { ExecutionArgs, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { AppError } from '../../lib/app-error.ts';
import type { FieldRateLimit } from '../../limits/field-rate-limit.ts';
import type { Logger } from '../../observability/logger.ts';
import { reaches, type Viewer } from '../../viewer/viewer.ts';
import { type Context, createLoaders, type Services } from '../context.ts';
import { toClientError } from '../errors.ts';
import { type OperationFacts, operationFacts } from '../operation-facts.ts';
import { type Transport, transportOf } from '../transport.ts';

export interface CallDeps {
  readonly services: Services;
  readonly rateLimit: FieldRateLimit;
  readonly log: Logger;
  /** Who may introspect: everybody in development, SERVICE_ROLE alone in production unless configured. */
  readonly introspection: 'everybody' | 'service_role';
}

// Whoever calls these has no good token, or is about to get one: a stale Authorization header must not stop them.
const withoutAuthorization: ReadonlySet<string> = new Set([
  'signUp',
  'signIn',
  'refreshSession',
  'verifyOtp',
  'sendOtp',
  'exchangeAuthCode',
  'requestPasswordReset',
  'resendConfirmation',
  'health',
]);

function ignoresAuthorization(facts: OperationFacts): boolean {
  return facts.rootFields.length > 0 && facts.rootFields.every((name) => withoutAuthorization.has(name));
}

/**
 * Decides who calls, before anything runs, and gives the resolvers their context. This sits where every way in passes:
 * HTTP, SSE and WebSocket. A bad credential fails the whole operation.
 */
export function useCall(deps: CallDeps): Plugin {
  function begin(args: ExecutionArgs, transport: Transport, facts: OperationFacts, viewer: Viewer): void {
    if (facts.introspects && deps.introspection === 'service_role' && !reaches(viewer.role, 'SERVICE_ROLE')) {
      throw new AppError('FORBIDDEN', 'Introspection is for SERVICE_ROLE alone on this server.', {
        details: { reason: 'introspection_disabled' },
      });
    }
    const context: Context = {
      call: {
        viewer,
        signal: transport.signal,
        requestId: transport.requestId,
        log: deps.log,
        clientAddress: transport.clientAddress,
        userAgent: transport.userAgent,
        ...(transport.renewal === undefined ? {} : { renewal: transport.renewal }),
      },
      services: deps.services,
      rateLimit: deps.rateLimit,
      loaders: createLoaders(() => context),
    };
    Object.assign(args.contextValue as object, context);
  }

  function refused(error: unknown, transport: Transport): { errors: GraphQLError[] } {
    return {
      errors: [toClientError(error, { requestId: transport.requestId, role: 'ANON', log: deps.log })],
    };
  }

  const prepare = (hook: {
    args: ExecutionArgs;
    setResultAndStopExecution: (result: { errors: GraphQLError[] }) => void;
  }): void | Promise<void> => {
    const transport = transportOf(hook.args.contextValue);
    const facts = operationFacts(hook.args.document, hook.args.operationName ?? null);
    try {
      if (!facts) {
        throw new AppError(
          'BAD_USER_INPUT',
          'operationName must name one of the operations of the document.',
        );
      }
      const viewer = transport.viewer(ignoresAuthorization(facts));
      if (viewer instanceof Promise) {
        return viewer
          .then(
            (resolved) => begin(hook.args, transport, facts, resolved),
            (error) => hook.setResultAndStopExecution(refused(error, transport)),
          )
          .catch((error) => hook.setResultAndStopExecution(refused(error, transport)));
      }
      begin(hook.args, transport, facts, viewer);
    } catch (error) {
      hook.setResultAndStopExecution(refused(error, transport));
    }
    return undefined;
  };
  return {
    onExecute: ({ args, setResultAndStopExecution }) => prepare({ args, setResultAndStopExecution }),
    onSubscribe: ({ args, setResultAndStopExecution }) => prepare({ args, setResultAndStopExecution }),
  };
}
