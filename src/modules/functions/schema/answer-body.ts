import { parseLosslessJson } from '../../../lib/lossless-json.ts';
import { isTooDeep } from '../../../lib/nesting.ts';
import type { FunctionAnswer } from '../client/types.ts';

const jsonType = /^application\/(?:[\w.-]+\+)?json\b/i;
const textType =
  /^(text\/|application\/(?:[\w.-]+\+)?(json|xml|yaml|javascript|x-www-form-urlencoded|graphql)\b)/i;

/** The answer as JSON; null when it does not say that it is, or is not, or is too deep. Unsafe numbers are strings. */
export function answerJson({ contentType, bytes }: FunctionAnswer): unknown {
  if (contentType === undefined || !jsonType.test(contentType)) return null;
  try {
    const parsed = parseLosslessJson(bytes.toString('utf8'));
    // Nobody could write it into our answer.
    return isTooDeep(parsed) ? null : parsed;
  } catch {
    return null;
  }
}

/** The answer as text; null for types that are not text, and for bytes that are not UTF-8. */
export function answerText({ contentType, bytes }: FunctionAnswer): string | null {
  if (contentType === undefined || !textType.test(contentType)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
