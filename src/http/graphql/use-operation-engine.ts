import { type ExecutionResult, GraphQLError } from 'graphql';
import { isAsyncIterable, mapAsyncIterator, type Plugin } from 'graphql-yoga';
import type { OperationEngine } from '../../graphql/engine/engine.ts';
import { toClientError } from '../../graphql/engine/errors.ts';
import { keyInExtensions } from '../../graphql/engine/idempotency/given-key.ts';
import { resultText } from '../../graphql/engine/result-text.ts';
import type { Transport } from '../../graphql/engine/transport.ts';
import type { Logger } from '../../observability/logger.ts';
import { httpAnswer, jsonMediaType } from './result.ts';

/** What comes with a request to Yoga. */
export interface YogaContext {
  readonly transport: Transport;
  /** The answer holds a credential: no copy of it may be kept. */
  secretAnswer?: boolean;
}

/**
 * Lets Yoga bring the requests that are not plain JSON (GET, SSE) to the same engine that serves all others. Yoga reads
 * the request and speaks of its form; whether and how an operation runs, the engine decides.
 */
export function useOperationEngine(engine: OperationEngine, log: Logger): Plugin<object, YogaContext> {
  return {
    onParams({ params: { operationName: name }, setParamsHandler }) {
      if (name != null && typeof name !== 'string') throw operationNameNoText(name);
      setParamsHandler(async ({ params, request, context }) => {
        const { query = '', variables = null, operationName = null, extensions } = params;
        const idempotencyKey = keyInExtensions(extensions);
        const asked = { query, variables, operationName, idempotencyKey };
        const prepared = await engine.prepare(asked, context.transport);
        if (prepared.type === 'refused') return prepared.result;
        if (prepared.type === 'mutation' && request.method === 'GET') return mutationByGet();
        context.secretAnswer = prepared.secretAnswer;
        return prepared.run();
      });
    },
    onResultProcess({ request, result, serverContext, setResult, setResultProcessor }) {
      if (isAsyncIterable(result)) setResult(mapAsyncIterator(result, withText));
      if (isAsyncIterable(result) || Array.isArray(result)) return;
      const final = withClientErrors(result, serverContext.transport.requestId, log);
      setResult(withText(final));
      const mediaType = jsonMediaType(request.headers.get('accept'));
      if (mediaType === undefined) return;
      setResultProcessor((_result, { Response }) => {
        const { body, ...init } = httpAnswer(final, { mediaType });
        return new Response(body, init);
      }, mediaType);
    },
    onResponse({ response, serverContext }) {
      if (serverContext.secretAnswer === true) response.headers.set('cache-control', 'no-store');
    },
  };
}

function mutationByGet(): ExecutionResult {
  const message = 'Can only perform a mutation operation from a POST request.';
  return { errors: [badRequest(message, { status: 405, headers: { Allow: 'POST' } })] };
}

/** The one param whose type Yoga leaves to whoever looks for the operation. */
function operationNameNoText(name: unknown): GraphQLError {
  const message = `Expected "operationName" param to be empty or a string, but given ${typeof name}.`;
  return badRequest(message, { status: 400 });
}

/** In the form of Yoga's own errors. */
function badRequest(message: string, http: object): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http } });
}

/** Has Yoga write a result as we do. */
function withText(result: ExecutionResult): ExecutionResult {
  return Object.assign(result, { stringify: lineOf });
}

/** Also errors that Yoga made before there was an operation: a body that is not JSON, a wrong method. */
function withClientErrors(result: ExecutionResult, requestId: string, log: Logger): ExecutionResult {
  const { errors } = result;
  if (!errors || errors.length === 0) return result;
  return { ...result, errors: errors.map((error) => toClientError(error, { requestId, role: 'ANON', log })) };
}

/** Yoga writes it as one line of an event: ready texts may have line ends between their values. */
function lineOf(result: Parameters<typeof resultText>[0]): string {
  return resultText(result).replace(/[\n\r]/g, ' ');
}
