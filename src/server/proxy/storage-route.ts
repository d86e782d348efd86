import { errorCodes } from '../../lib/app-error.ts';
import type { HttpUpstream } from '../../upstream/http.ts';
import type { PassRule, ProxyRoute } from './proxy-route.ts';
import { checkSigningTime, isSigning } from './signing-check.ts';

const read = ['GET', 'HEAD'];
const resumable = ['POST', 'PUT', 'HEAD', 'PATCH', 'DELETE', 'OPTIONS'];

// Supabase's own gateway asks for no key on these paths: public files, signed URLs and links in pages carry none.
const rules: readonly PassRule[] = [
  { methods: [...read, 'POST', 'PUT', 'DELETE'], path: 'object/**', access: 'open' },
  { methods: read, path: 'render/image/**', access: 'open' },
  { methods: [...read, 'POST'], path: 'bucket', access: 'open' },
  { methods: [...read, 'PUT', 'DELETE'], path: 'bucket/:id', access: 'open' },
  { methods: ['POST'], path: 'bucket/:id/empty', access: 'open' },
  { methods: resumable, path: 'upload/resumable/**', access: 'open' },
  { methods: ['DELETE'], path: 'cdn/**', access: 'open' },
  { methods: read, path: 'status', access: 'open' },
  { methods: read, path: 'version', access: 'open' },
  { methods: read, path: 'health', access: 'open' },
];

/** Storage finishes an upload (hashing, moving, recording it) after the last byte has come. */
const answerMs = 120_000;

/** Types that a browser would run scripts of, in the origin that GraphiQL is on. */
const active = /html|xml|^$/i;

/** The storage service under `/storage/v1`: files flow past GraphQL. */
export function storageRoute(
  upstream: HttpUpstream | undefined,
  options: { readonly maxBodyBytes: number; readonly maxSignedUrlExpiryMs: number },
): ProxyRoute {
  const { maxBodyBytes, maxSignedUrlExpiryMs } = options;
  const checkBody = (body: Buffer) => checkSigningTime(body, maxSignedUrlExpiryMs);
  return {
    prefix: '/storage/v1',
    service: 'STORAGE',
    upstream,
    rules: [{ methods: ['POST'], path: 'object/**', when: isSigning, access: 'open', checkBody }, ...rules],
    maxBodyBytes,
    answerMs,
    // It forces https on them in production, and does not know the path that a gateway before it adds.
    looseLocation: true,
    requestHeaders: {
      only: new Set([
        'accept',
        'cache-control',
        'content-length',
        'content-type',
        'if-match',
        'if-modified-since',
        'if-none-match',
        'if-range',
        'if-unmodified-since',
        'range',
        'tus-resumable',
        'upload-defer-length',
        'upload-length',
        'upload-metadata',
        'upload-offset',
        'user-agent',
        'x-client-info',
        'x-metadata',
        'x-robots-tag',
        'x-signature',
        'x-upsert',
      ]),
    },
    addedAnswerHeaders: (contentType) => ({
      'x-content-type-options': 'nosniff',
      ...(active.test(contentType) ? { 'content-security-policy': 'sandbox' } : {}),
    }),
    // Storage's clients read `error` and `statusCode`, which is text.
    describeError: (code) => ({
      error: code,
      statusCode: String(Object.entries(errorCodes).find(([name]) => name === code)?.[1].http ?? 500),
    }),
  };
}
