import type { OperationParams } from '../../graphql/engine/engine.ts';
import { keyInExtensions } from '../../graphql/engine/idempotency/given-key.ts';
import { unsupportedRequest } from '../../graphql/engine/unsupported-request.ts';
import type { AppError } from '../../lib/app-error.ts';
import { badInput } from '../../lib/bad-input.ts';
import { isRecord } from '../../lib/is-record.ts';
import { isTextTooDeep, mostLevels } from '../../lib/nesting.ts';

/** The params of a request, undefined where Yoga is to word what is wrong with it; or why it is refused here. */
export function paramsIn(body: Buffer): { params: OperationParams | undefined } | AppError {
  const text = body.toString('utf8');
  if (isTextTooDeep(text, mostLevels + 1)) {
    return badInput([], `The request must not be nested deeper than ${mostLevels} levels.`);
  }
  const parsed = parseOrUndefined(text);
  return unsupportedRequest(parsed) ?? { params: wellFormed(parsed) };
}

/** Why a request whose params are in its URL is refused. */
export function unsupportedUrl(url: string): AppError | undefined {
  const start = url.indexOf('?');
  const params = new URLSearchParams(start === -1 ? '' : url.slice(start));
  const extensions = params.get('extensions');
  if (extensions === null) return undefined;
  return unsupportedRequest({ query: params.get('query'), extensions: parseOrUndefined(extensions) });
}

const knownParams: ReadonlySet<string> = new Set(['query', 'variables', 'operationName', 'extensions']);

function wellFormed(body: unknown): OperationParams | undefined {
  if (!isRecord(body)) return undefined;
  for (const name in body) if (!knownParams.has(name)) return undefined;
  const { query, variables, operationName, extensions } = body;
  if (typeof query !== 'string') return undefined;
  if (variables != null && !isRecord(variables)) return undefined;
  if (extensions != null && !isRecord(extensions)) return undefined;
  if (operationName != null && typeof operationName !== 'string') return undefined;
  return {
    query,
    variables: variables ?? null,
    operationName: operationName ?? null,
    idempotencyKey: keyInExtensions(extensions),
  };
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
