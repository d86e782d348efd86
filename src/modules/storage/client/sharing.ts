import { AppError } from '../../../lib/app-error.ts';
import { badInput } from '../../../lib/bad-input.ts';
import type { Call } from '../../../viewer/call.ts';
import { checkBucketRules } from './bucket-rules.ts';
import { checkPaths } from './file.ts';
import { checkTransform, type ImageTransform } from './image-transform.ts';
import { blameSegments, checkNewPath, encodeBucket, encodeObject } from './object-path.ts';
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
import { cacheSeconds, checkContentType, metadataJson } from './upload-body.ts';

/** A ticket's metadata travels in one header, as Base64; servers take 16 KB of headers in all. */
const maxMetadataBytes = 4096;

interface TicketArgs {
  readonly bucket: string;
  readonly path: string;
  readonly upsert: boolean;
  readonly contentType?: string | null | undefined;
  /** Decimal digits: bytes. */
  readonly size?: string | null | undefined;
  readonly cacheControl?: string | null | undefined;
  readonly metadata?: Record<string, unknown> | null | undefined;
}

/** Milliseconds; when nothing is said an hour, or the deployment's maximum where that is less. */
export type SigningTime = number | null | undefined;

const defaultSigningMs = 3_600_000;

export interface SharingMethods {
  /** Signs all paths in one call; a path that cannot be signed says why. Throws BAD_USER_INPUT for too long a time. */
  signUrls(
    bucket: string,
    paths: readonly string[],
    expiresInMs: SigningTime,
    call: Call,
  ): Promise<SignedUrl[]>;
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
  createUpload(args: TicketArgs, call: Call): Promise<UploadTicket>;
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
    async signUrls(bucket, paths, expiresInMs, call) {
      const expiresIn = seconds(expiresInMs);
      if (paths.length === 0) return [];
      checkPaths(paths);
      const answers = await send(
        signedManySchema,
        {
          method: 'POST',
          path: `/object/sign/${encodeBucket(bucket)}`,
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
        body: { expiresIn, transform: checkTransform(transform) },
        idempotent: true,
      } as const;
      const { signedURL } = await send(signedSchema, options, call);
      return urls.signed(bucket, path, signedURL);
    },

    async createUpload(args, call) {
      const { bucket, path, upsert, size } = args;
      checkNewPath(path);
      checkDescription(args);
      const contentType = checkContentType(args.contentType ?? 'application/octet-stream');
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
        put: { url: urls.signedUpload(bucket, path, token), method: 'PUT', headers: putHeaders(args) },
        resumable: { url: urls.resumable, method: 'POST', headers: resumableHeaders(args, token) },
        expiresAt: expiryOf(token),
      };
    },
  };
}

/** Throws BAD_USER_INPUT for what the headers of an upload could not say. */
function checkDescription({ size, metadata }: TicketArgs): void {
  if (size?.startsWith('-')) throw badInput(['size'], 'size must not be negative.');
  if (metadata && Buffer.byteLength(metadataJson(metadata)) > maxMetadataBytes) {
    throw badInput(['metadata'], `metadata must not be longer than ${maxMetadataBytes} bytes of JSON.`);
  }
}

function putHeaders({ contentType, cacheControl, metadata }: TicketArgs): Record<string, string> {
  const seconds = cacheSeconds(cacheControl);
  return {
    'content-type': checkContentType(contentType ?? 'application/octet-stream'),
    ...(seconds === undefined ? {} : { 'cache-control': `max-age=${seconds}` }),
    ...(metadata ? { 'x-metadata': base64(JSON.stringify(metadata)) } : {}),
  };
}

function resumableHeaders(args: TicketArgs, token: string): Record<string, string> {
  const seconds = cacheSeconds(args.cacheControl);
  const pairs: [string, string | undefined][] = [
    ['bucketName', args.bucket],
    ['objectName', args.path],
    ['contentType', checkContentType(args.contentType ?? 'application/octet-stream')],
    ['cacheControl', seconds],
    ['metadata', args.metadata ? JSON.stringify(args.metadata) : undefined],
  ];
  const named = pairs.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${base64(value)}`]));
  return {
    'tus-resumable': '1.0.0',
    'x-signature': token,
    'upload-metadata': named.join(','),
    ...(args.size === undefined || args.size === null ? {} : { 'upload-length': args.size }),
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
