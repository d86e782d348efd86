import type { ExecutionArgs, Source } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { OperationEngine, OperationOutcome } from '../../graphql/engine/engine.ts';
import { toClientError } from '../../graphql/engine/errors.ts';
import { transportOf } from '../../graphql/engine/transport.ts';
import type { Logger } from '../../observability/logger.ts';

interface YogaParams {
  readonly query?: string | null;
  readonly variables?: Record<string, unknown> | null;
  readonly operationName?: string | null;
}

function paramsOf(context: unknown): YogaParams {
  const params: unknown =
    typeof context === 'object' && context !== null ? Reflect.get(context, 'params') : undefined;
  return typeof params === 'object' && params !== null ? params : {};
}

/**
 * Lets Yoga bring the requests that are not plain JSON (GET, SSE, multipart) to the same engine that serves all others.
 * Yoga parses and validates for its own rules (no mutation by GET); whether and how an operation runs, the engine decides.
 */
export function useOperationEngine(engine: OperationEngine, log: Logger): Plugin {
  const run = (args: ExecutionArgs): Promise<OperationOutcome> | OperationOutcome => {
    const params = paramsOf(args.contextValue);
    const prepared = engine.prepare(
      {
        query: params.query ?? '',
        variables: params.variables ?? null,
        operationName: params.operationName ?? null,
      },
      transportOf(args.contextValue),
    );
    return prepared.type === 'refused' ? prepared.result : prepared.run();
  };
  return {
    onParse({ setParseFn }) {
      setParseFn((source: string | Source) =>
        engine.parse(typeof source === 'string' ? source : source.body),
      );
    },
    onValidate({ setResult }) {
      // The engine validates; here it would only be done twice.
      setResult([]);
    },
    onExecute({ setExecuteFn }) {
      setExecuteFn(run);
    },
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn(run);
    },
    // Errors that Yoga made before there was an operation: a body that is not JSON, a wrong method.
    onResultProcess({ result, serverContext, setResult }) {
      if (isAsyncIterable(result) || Array.isArray(result)) return;
      const { errors } = result;
      if (!errors || errors.length === 0) return;
      const audience = { requestId: transportOf(serverContext).requestId, role: 'ANON', log } as const;
      setResult({ ...result, errors: errors.map((error) => toClientError(error, audience)) });
    },
  };
}
