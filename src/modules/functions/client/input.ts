import { z } from 'zod';
import { functionName } from './function-name.ts';

const httpMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

const maxHeaders = 50;
const headerName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/;
// Visible characters, blanks and tabs: what a header can carry without being split.
const headerValue = /^[\t\x20-\x7e]{0,8192}$/;

/** What a caller asks of a function. `headers` have lower-case names afterwards. */
export const invocationSchema = z.object({
  name: z
    .string()
    .regex(functionName, 'must be 1 to 64 letters, digits, _ or -, beginning with a letter or digit'),
  method: z.enum(httpMethods),
  body: z.unknown().optional(),
  headers: z
    .record(
      z.string().regex(headerName, 'is not a header name'),
      z.string().regex(headerValue, 'must be text without control characters'),
    )
    .refine((headers) => Object.keys(headers).length <= maxHeaders, `at most ${maxHeaders} headers`)
    .nullish()
    .transform((headers) =>
      Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])),
    ),
});

export type Invocation = z.infer<typeof invocationSchema>;
