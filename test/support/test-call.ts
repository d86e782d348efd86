import type { Logger } from '../../src/observability/logger.ts';
import { anonymous } from '../../src/viewer/anonymous.ts';
import type { Call } from '../../src/viewer/call.ts';

const ignore = () => undefined;

/** A logger that keeps nothing. */
export const silentLog: Logger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  child: () => silentLog,
};

/** A call of an anonymous caller without keys, for clients under test. */
export function testCall(overrides: Partial<Call> = {}): Call {
  return {
    viewer: anonymous,
    signal: new AbortController().signal,
    requestId: 'test-request',
    log: silentLog,
    clientAddress: '203.0.113.7',
    userAgent: 'test',
    headers: {},
    ...overrides,
  };
}
