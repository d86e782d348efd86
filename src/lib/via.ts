import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Names this deployment in `Via`: whoever meets it again has been configured to point at itself. */
export interface Via {
  /** The header's value on all that we pass on. */
  readonly value: string;
  /** True for a request that we have passed on ourselves. */
  isOurs(request: IncomingMessage): boolean;
}

export function createVia(publicUrl: string): Via {
  const pseudonym = `bunbun-${createHash('sha256').update(publicUrl).digest('hex').slice(0, 12)}`;
  return {
    value: `1.1 ${pseudonym}`,
    isOurs: ({ headers }) => String(headers.via ?? '').includes(pseudonym),
  };
}
