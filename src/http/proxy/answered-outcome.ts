import type { IncomingHttpHeaders } from 'node:http';
import type { AttemptOutcome } from '../../limits/field-rate-limit.ts';

/** How an attempt ended that a service has answered. */
export function answeredOutcome(status: number, { location }: IncomingHttpHeaders): AttemptOutcome {
  if (status >= 500 || status === 429) return 'unjudged';
  // A browser that followed a link is sent on with what went wrong.
  const failed = status >= 400 || (typeof location === 'string' && /[?#&]error(?:_code)?=/.test(location));
  return failed ? 'failed' : 'passed';
}
