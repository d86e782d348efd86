import type { ExecutionResult } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Logger } from '../../observability/logger.ts';
import type { Role } from '../../viewer/viewer.ts';
import { type ErrorAudience, toClientError } from '../errors.ts';
import { transportOf } from '../transport.ts';

function roleOf(context: unknown): Role {
  if (typeof context !== 'object' || context === null || !('call' in context)) return 'ANON';
  const { call } = context;
  if (typeof call !== 'object' || call === null || !('viewer' in call)) return 'ANON';
  const { viewer } = call;
  return typeof viewer === 'object' && viewer !== null && 'role' in viewer && viewer.role === 'SERVICE_ROLE'
    ? 'SERVICE_ROLE'
    : 'ANON';
}

/** Replaces every error of a result by what its caller may see. */
export function useClientErrors(log: Logger): Plugin {
  const audienceOf = (context: unknown): ErrorAudience => ({
    requestId: transportOf(context).requestId,
    role: roleOf(context),
    log,
  });
  const mapped = (result: ExecutionResult, context: unknown): ExecutionResult | undefined => {
    if (!result.errors || result.errors.length === 0) return undefined;
    const audience = audienceOf(context);
    return { ...result, errors: result.errors.map((error) => toClientError(error, audience)) };
  };
  return {
    // Errors that Yoga made before there was an operation: a body that is not JSON, a wrong method.
    onResultProcess({ result, serverContext, setResult }) {
      if (isAsyncIterable(result) || Array.isArray(result)) return;
      const errors = result.errors;
      if (!errors || errors.length === 0) return;
      const audience = audienceOf(serverContext);
      setResult({ ...result, errors: errors.map((error) => toClientError(error, audience)) });
    },
    onExecute({ args }) {
      return {
        onExecuteDone({ result, setResult }) {
          if (isAsyncIterable(result)) return;
          const replaced = mapped(result, args.contextValue);
          if (replaced) setResult(replaced);
        },
      };
    },
    onSubscribe({ args }) {
      return {
        onSubscribeResult({ result, setResult }) {
          if (!isAsyncIterable(result)) {
            const replaced = mapped(result, args.contextValue);
            if (replaced) setResult(replaced);
            return undefined;
          }
          return {
            onNext({ result: event, setResult: setEvent }) {
              if (isAsyncIterable(event)) return;
              const replaced = mapped(event, args.contextValue);
              if (replaced) setEvent(replaced);
            },
          };
        },
        onSubscribeError({ error, setError }) {
          setError(toClientError(error, audienceOf(args.contextValue)));
        },
      };
    },
  };
}
