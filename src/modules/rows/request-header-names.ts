import { z } from 'zod';
import { list } from '../../config/value-schemas.ts';

/** What they hold says who asks: of that, policies hear what was verified, as claims. */
const credentials: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'apikey',
  'x-api-key',
  'cookie',
  'set-cookie',
]);

const mostNames = 20;

/** Names of headers in lower case, each once. Proxies drop those with `_`, or take them for others. */
export const requestHeaderNames = list
  .transform((names) => [...new Set(names.map((name) => name.toLowerCase()))])
  .pipe(z.array(z.string().regex(/^[a-z0-9-]{1,64}$/)).max(mostNames))
  .superRefine((names, context) => {
    for (const name of names.filter((each) => credentials.has(each))) {
      context.addIssue({
        code: 'custom',
        message: `must not name \`${name}\`: it holds a credential, and policies read whatever is named`,
        params: { completesName: true },
      });
    }
  });
