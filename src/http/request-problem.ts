import type { IncomingMessage } from 'node:http';

/** Lines of headers in a request. */
const maxHeaders = 100;

export interface Refusal {
  readonly status: number;
  readonly text: string;
}

const headersTooMany: Refusal = { status: 431, text: 'Request Header Fields Too Large' };
const framingUnknown: Refusal = { status: 501, text: 'Not Implemented' };

/**
 * Why nothing of a request may be looked at: it has more headers than anybody needs, or its body is framed in a way
 * that others on the way may read otherwise. Undefined for all others.
 */
export function requestProblem({ headers, rawHeaders }: IncomingMessage): Refusal | undefined {
  if (rawHeaders.length > 2 * maxHeaders) return headersTooMany;
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') return framingUnknown;
  return undefined;
}
