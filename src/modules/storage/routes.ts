import { errorCodes } from '../../lib/app-error.ts';
import type { HeaderRule, PassRule, ProxyRoute } from '../../module/proxy-route.ts';
import type { HttpUpstream } from '../../upstream/http/types.ts';
import { checkSigningTime, isSigning } from './signing-check.ts';

const read = ['GET', 'HEAD'];
const write = ['POST', 'PUT', 'DELETE'];
const resumable = ['POST', 'PUT', 'HEAD', 'PATCH', 'DELETE', 'OPTIONS'];

const anyHeader: HeaderRule = { except: new Set() };

// Supabase's own gateway asks for no key on these paths: public files, signed URLs and links in pages carry none.
const rules: readonly PassRule[] = [
  { methods: [...read, ...write], path: 'object/**', access: 'open' },
  { methods: read, path: 'render/image/**', access: 'open' },
  { methods: [...read, 'POST'], path: 'bucket', access: 'open' },
  { methods: [...read, 'PUT', 'DELETE'], path: 'bucket/:id', access: 'open' },
  { methods: ['POST'], path: 'bucket/:id/empty', access: 'open' },
  { methods: resumable, path: 'upload/resumable/**', access: 'open' },
  { methods: ['DELETE'], path: 'cdn/**', access: 'open' },
  { methods: read, path: 'status', access: 'open' },
  { methods: read, path: 'version', access: 'open' },
  { methods: read, path: 'health', access: 'open' },

  // Clients of AWS sign their requests and which headers those have: Storage alone can check it. Clients of Supabase
  // send the last two a token instead.
  { methods: [...read, ...write], path: 's3/**', access: 'signed', requestHeaders: anyHeader },
  { methods: ['POST'], path: 'vector/**', access: 'foreign', requestHeaders: anyHeader },
  { methods: [...read, ...write], path: 'iceberg/**', access: 'foreign', requestHeaders: anyHeader },
];

/** Storage finishes an upload (hashing, moving, recording it) after the last byte has come. */
const answerMs = 120_000;

/** The storage service under `/storage/v1`: files flow past GraphQL. */
export function storageRoute(
  upstream: HttpUpstream | undefined,
  options: {
    readonly maxBodyBytes: number;
    readonly maxSignedUrlExpiryMs: number;
    readonly publicUrl: string;
  },
): ProxyRoute {
  const { maxBodyBytes, maxSignedUrlExpiryMs } = options;
  const shown = new URL(`${options.publicUrl}/storage/v1`);
  const checkBody = (body: Buffer) => checkSigningTime(body, maxSignedUrlExpiryMs);
  return {
    prefix: '/storage/v1',
    service: 'STORAGE',
    upstream,
    rules: [{ methods: ['POST'], path: 'object/**', when: isSigning, access: 'open', checkBody }, ...rules],
    maxBodyBytes,
    answerMs,
    // It forces https on them in production, and does not always know the path that leads to it.
    looseLocation: true,
    // It signs as S3's clients do, who know the public address alone.
    sentHeaders: {
      'x-forwarded-host': shown.host,
      'x-forwarded-proto': shown.protocol.slice(0, -1),
      'x-forwarded-prefix': shown.pathname,
    },
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
    // Storage's clients read `error` and `statusCode`, which is text.
    describeError: (code) => ({
      error: code,
      statusCode: String(Object.entries(errorCodes).find(([name]) => name === code)?.[1].http ?? 500),
    }),
  };
}
