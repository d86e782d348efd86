import { AppError } from '../../../lib/app-error.ts';
import { badInput } from '../../../lib/bad-input.ts';
import { encodeSegment } from '../../../upstream/http/request-target.ts';
import type { Call } from '../../../viewer/call.ts';
import { checkBucketRules } from './bucket-rules.ts';
import { transformOptions } from './image-transform.ts';
import type { ImageTransform, SignedUrlsInput, SigningTime, TicketInput } from './input.ts';
import { blameSegments, encodeObject } from './object-path.ts';
import { noTransformation, type PublicUrls } from './public-urls.ts';
import type { Send } from './send.ts';
import {
  type Bucket,
  type SignedUrl,
  signedManySchema,
  signedSchema,
  type UploadTicket,
  uploadTicketSchema,
} from './types.ts';

const defaultSigningMs = 3_600_000;

export interface SharingMethods {
  /** Signs all paths in one call; a path that cannot be signed says why. Throws BAD_USER_INPUT for too long a time. */
  signUrls(input: SignedUrlsInput, call: Call): Promise<SignedUrl[]>;
  /** A signed URL of an image in another size; NOT_CONFIGURED where Storage does not transform. */
  signTransformed(
    file: { bucket: string; path: string },
    expiresInMs: SigningTime,
    transform: ImageTransform,
    call: Call,
  ): Promise<string>;
  /**
   * Leave to send one file straight to the pass-through, by PUT or TUS. What the bucket would refuse is refused now,
   * where the caller may see the bucket.
   */
  createUpload(input: TicketInput, call: Call): Promise<UploadTicket>;
}

export interface SharingDeps {
  readonly send: Send;
  readonly bucket: (id: string, call: Call) => Promise<Bucket>;
  readonly urls: PublicUrls;
  readonly imageTransformation: boolean;
  readonly maxSignedUrlExpiryMs: number;
}

export function createSharingMethods(deps: SharingDeps): SharingMethods {
  const { send, urls, maxSignedUrlExpiryMs } = deps;

  function seconds(given: SigningTime): number {
    const expiresInMs = given ?? Math.min(defaultSigningMs, maxSignedUrlExpiryMs);
    if (expiresInMs >= 1000 && expiresInMs <= maxSignedUrlExpiryMs) return Math.floor(expiresInMs / 1000);
    throw badInput(['expiresIn'], `expiresIn must be from 1s to ${maxSignedUrlExpiryMs / 1000}s.`);
  }

  return {
    async signUrls({ bucket, paths, ...input }, call) {
      const expiresIn = seconds(input.expiresIn);
      if (paths.length === 0) return [];
      const answers = await send(
        signedManySchema,
        {
          method: 'POST',
          path: `/object/sign/${encodeSegment(bucket)}`,
          body: { expiresIn, paths },
          idempotent: true,
        },
        call,
      );
      const byPath = new Map(answers.map((answer) => [answer.path, answer]));
      return paths.map((path) => {
        const signed = byPath.get(path)?.signedURL ?? null;
        if (signed !== null) return { path, url: urls.signed(bucket, path, signed), error: null };
        return { path, url: null, error: 'There is no such file, or it is not visible to the caller.' };
      });
    },

    async signTransformed({ bucket, path }, expiresInMs, transform, call) {
      const expiresIn = seconds(expiresInMs);
      if (!deps.imageTransformation) throw noTransformation();
      const options = {
        method: 'POST',
        path: `/object/sign/${encodeObject(bucket, path)}`,
        body: { expiresIn, transform: transformOptions(transform) },
        idempotent: true,
      } as const;
      const { signedURL } = await send(signedSchema, options, call);
      return urls.signed(bucket, path, signedURL);
    },

    async createUpload(input, call) {
      const { bucket, path, upsert, size, contentType = 'application/octet-stream' } = input;
      const [{ token }, rules] = await Promise.all([
        send(
          uploadTicketSchema,
          {
            method: 'POST',
            path: `/object/upload/sign/${encodeObject(bucket, path)}`,
            headers: { 'x-upsert': String(upsert) },
          },
          call,
        ).catch(blameSegments(path)),
        // A hidden bucket says no more when the bytes come.
        deps.bucket(bucket, call).catch(() => undefined),
      ]);
      if (rules) checkBucketRules(rules, { path, contentType, size });
      return {
        put: {
          url: urls.signedUpload(bucket, path, token),
          method: 'PUT',
          headers: putHeaders({ ...input, contentType }),
        },
        resumable: {
          url: urls.resumable,
          method: 'POST',
          headers: resumableHeaders({ ...input, contentType }, token),
        },
        expiresAt: expiryOf(token),
      };
    },
  };
}

type TypedInput = TicketInput & { readonly contentType: string };

function putHeaders({ contentType, cacheControl, metadata }: TypedInput): Record<string, string> {
  return {
    'content-type': contentType,
    ...(cacheControl === undefined ? {} : { 'cache-control': `max-age=${cacheControl}` }),
    ...(metadata ? { 'x-metadata': base64(JSON.stringify(metadata)) } : {}),
  };
}

function resumableHeaders(input: TypedInput, token: string): Record<string, string> {
  const pairs: [string, string | undefined][] = [
    ['bucketName', input.bucket],
    ['objectName', input.path],
    ['contentType', input.contentType],
    ['cacheControl', input.cacheControl],
    ['metadata', input.metadata ? JSON.stringify(input.metadata) : undefined],
  ];
  const named = pairs.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${base64(value)}`]));
  return {
    'tus-resumable': '1.0.0',
    'x-signature': token,
    'upload-metadata': named.join(','),
    ...(input.size === undefined ? {} : { 'upload-length': input.size }),
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** Storage says in the token alone how long it holds. Read, not verified: it is ours to tell, not to trust. */
function expiryOf(token: string): string {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const exp = typeof payload === 'object' && payload !== null && 'exp' in payload ? payload.exp : undefined;
    if (typeof exp === 'number') return new Date(exp * 1000).toISOString();
  } catch (cause) {
    throw unreadableToken(cause);
  }
  throw unreadableToken();
}

function unreadableToken(cause?: unknown): AppError {
  return new AppError('UPSTREAM_ERROR', 'Storage gave an upload token that cannot be read.', {
    cause,
    details: { service: 'STORAGE' },
  });
}
