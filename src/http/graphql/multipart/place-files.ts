import { keyInExtensions } from '../../../graphql/engine/idempotency/given-key.ts';
import { unsupportedRequest } from '../../../graphql/engine/unsupported-request.ts';
import type { UploadedFile } from '../../../graphql/kit/uploaded-file.ts';
import { badInput } from '../../../lib/bad-input.ts';
import { isRecord } from '../../../lib/is-record.ts';
import { isTextTooDeep, mostLevels } from '../../../lib/nesting.ts';

export interface MultipartOperation {
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly operationName: string | null;
  readonly idempotencyKey: unknown;
}

function parse(name: string, text: string): Record<string, unknown> {
  if (isTextTooDeep(text, mostLevels + 1)) {
    throw badInput([], `The field ${name} must not be nested deeper than ${mostLevels} levels.`);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw badInput([], `The field ${name} must be JSON.`);
  }
  const unsupported = unsupportedRequest(parsed);
  if (unsupported) throw unsupported;
  if (!isRecord(parsed)) throw badInput([], `The field ${name} must be a JSON object.`);
  return parsed;
}

/** The field `operations`: one operation, not a batch. Throws BAD_USER_INPUT. */
export function parseOperations(text: string): MultipartOperation {
  const { query, variables, operationName, extensions } = parse('operations', text);
  if (typeof query !== 'string') throw badInput([], 'operations.query must be a string.');
  if (variables !== undefined && variables !== null && !isRecord(variables)) {
    throw badInput([], 'operations.variables must be an object.');
  }
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') {
    throw badInput([], 'operations.operationName must be a string.');
  }
  return {
    query,
    variables: variables ?? {},
    operationName: operationName ?? null,
    idempotencyKey: keyInExtensions(extensions),
  };
}

/**
 * The field `map`: for each file part, the places in the variables that it is for; `maxFiles` bounds all places
 * together. Throws BAD_USER_INPUT.
 */
export function parseMap(text: string, maxFiles: number): Map<string, string[]> {
  const map = new Map<string, string[]>();
  let places = 0;
  for (const [name, paths] of Object.entries(parse('map', text))) {
    if (!Array.isArray(paths) || paths.length === 0) throw badInput([], 'map must hold lists of paths.');
    places += paths.length;
    if (places > maxFiles) {
      throw badInput([], `A request may carry ${maxFiles} files, counted for each place that the map names.`);
    }
    map.set(name, paths.map(pathOf));
  }
  return map;
}

function pathOf(path: unknown): string {
  if (typeof path !== 'string') throw badInput([], 'map must hold lists of paths.');
  return path;
}

/** Puts `file` where `path` points to, which must hold null, as the multipart request specification says. */
export function placeFile(operation: MultipartOperation, path: string, file: UploadedFile): void {
  const [root, ...keys] = path.split('.');
  const last = keys.pop();
  if (root !== 'variables' || last === undefined)
    throw badInput([], `map: "${path}" is no place in the variables.`);
  let at: unknown = operation.variables;
  for (const key of keys) at = child(at, key, path);
  if (child(at, last, path) !== null) throw badInput([], `map: "${path}" must be null in the variables.`);
  if (Array.isArray(at)) at[Number(last)] = file;
  else if (isRecord(at)) at[last] = file;
}

/** Own properties alone: `__proto__` and its like are no places. */
function child(at: unknown, key: string, path: string): unknown {
  if (Array.isArray(at) && /^\d{1,9}$/.test(key) && Number(key) < at.length) {
    const value: unknown = at[Number(key)];
    return value;
  }
  if (isRecord(at) && key !== '__proto__' && Object.hasOwn(at, key)) return at[key];
  throw badInput([], `map: "${path}" is no place in the variables.`);
}
