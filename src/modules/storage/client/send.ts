import type { z } from 'zod';
import { notConfigured } from '../../../lib/not-configured.ts';
import type { HttpUpstream, RequestOptions } from '../../../upstream/http/types.ts';
import type { Call } from '../../../viewer/call.ts';
import { parseStorage } from './errors.ts';

/** One call to Storage with the caller's own credential. Throws AppErrors only. */
export type Send = <T>(schema: z.ZodType<T>, options: Omit<RequestOptions, 'call'>, call: Call) => Promise<T>;

/** Without an upstream every call is NOT_CONFIGURED. */
export function createSend(upstream: HttpUpstream | undefined): Send {
  return async (schema, options, call) => {
    if (!upstream) throw notConfigured('STORAGE', 'Storage is not part of this deployment.');
    return parseStorage(schema, await upstream.request({ ...options, call }));
  };
}
