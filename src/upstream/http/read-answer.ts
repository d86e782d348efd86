import { AppError } from '../../lib/app-error.ts';
import type { BufferedAnswer } from './exchange.ts';
import type { UpstreamResponse } from './types.ts';

/** Throws UPSTREAM_ERROR when a success says that it is JSON and is not. */
export function readAnswer(service: string, answer: BufferedAnswer): UpstreamResponse {
  const { status, headers, bytes } = answer;
  const text = bytes.toString('utf8');
  const isJson = /^application\/(?:[\w.-]+\+)?json\b/i.test(headers['content-type'] ?? '');
  if (!isJson || text.trim() === '') return { status, headers, body: undefined, text, bytes };
  try {
    const body: unknown = JSON.parse(text);
    return { status, headers, body, text, bytes };
  } catch (cause) {
    if (status >= 400) return { status, headers, body: undefined, text, bytes };
    throw new AppError('UPSTREAM_ERROR', `${service} gave an answer that cannot be read.`, {
      cause,
      details: { service },
    });
  }
}
