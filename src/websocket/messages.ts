import type { ExecutionResult, FormattedExecutionResult, GraphQLError, GraphQLFormattedError } from 'graphql';
import { resultText } from '../graphql/engine/result-text.ts';

/** An error as clients of a WebSocket get it: hints for HTTP mean nothing there. */
export function formatError(error: GraphQLError): GraphQLFormattedError {
  const { http: _, ...extensions } = error.extensions;
  return { ...error.toJSON(), extensions };
}

/** The `payload` of a `next`, as JSON. */
export function payloadText(result: ExecutionResult): string {
  const { errors, ...rest } = result;
  const payload: ExecutionResult | FormattedExecutionResult =
    errors === undefined ? result : { ...rest, errors: errors.map(formatError) };
  return resultText(payload);
}

export function nextMessage(id: string, result: ExecutionResult): string {
  return `{"id":${JSON.stringify(id)},"type":"next","payload":${payloadText(result)}}`;
}

export function errorMessage(id: string, errors: readonly GraphQLError[]): string {
  return JSON.stringify({ id, type: 'error', payload: errors.map(formatError) });
}

/** The echo that the protocol asks for, but never of a credential. */
export function pongMessage(payload: Record<string, unknown> | undefined): string {
  const isSecret = Object.keys(payload ?? {}).some((name) => /^(authorization|apikey)$/i.test(name));
  return JSON.stringify(payload === undefined || isSecret ? { type: 'pong' } : { type: 'pong', payload });
}
