import { z } from 'zod';
import type { UpstreamResponse } from './types.ts';

const versionBody = z.object({ version: z.string() });

/** The `version` of a JSON body. */
export function versionInBody({ body }: UpstreamResponse): string | null {
  const parsed = versionBody.safeParse(body);
  return parsed.success ? parsed.data.version : null;
}

/** What the header `Server` says. */
export function versionInServerHeader({ headers }: UpstreamResponse): string | null {
  const server = headers['server'];
  return typeof server === 'string' ? server : null;
}

/** A body that is nothing but a version. */
export function versionInText({ text }: UpstreamResponse): string | null {
  const version = text.trim();
  return /^[\w.+-]{1,64}$/.test(version) ? version : null;
}
