import { z } from 'zod';
import { AppError, type ErrorCode } from '../../../lib/app-error.ts';
import type { UpstreamResponse } from '../../../upstream/http/types.ts';

const errorSchema = z.object({
  code: z.string().optional(),
  statusCode: z.union([z.string(), z.number()]).optional(),
  message: z.string().optional(),
});

const invalidKey: [ErrorCode, string] = [
  'BAD_USER_INPUT',
  'The path has a character that is not allowed, or is too long.',
];

/** By the body's `code`: Storage answers 400 to nearly everything, whatever went wrong. */
const known: Readonly<Record<string, [ErrorCode, string]>> = {
  NoSuchBucket: ['NOT_FOUND', 'There is no such bucket, or it is not visible to the caller.'],
  NoSuchKey: ['NOT_FOUND', 'There is no such file, or it is not visible to the caller.'],
  NoSuchUpload: ['NOT_FOUND', 'There is no such upload.'],
  BucketAlreadyExists: ['CONFLICT', 'A bucket with this id exists already.'],
  KeyAlreadyExists: ['CONFLICT', 'A file with this path exists already.'],
  ResourceAlreadyExists: ['CONFLICT', 'A file with this path exists already.'],
  ResourceNotEmpty: ['CONFLICT', 'The bucket is not empty.'],
  ResourceLocked: ['CONFLICT', 'Another request is changing this file.'],
  EntityTooLarge: ['PAYLOAD_TOO_LARGE', 'The file is larger than the bucket or the service allows.'],
  InvalidMimeType: ['BAD_USER_INPUT', 'The bucket does not accept this content type.'],
  InvalidBucketName: [
    'BAD_USER_INPUT',
    'The bucket name has a character that is not allowed, or is too long.',
  ],
  InvalidKey: invalidKey,
  InvalidRange: ['BAD_USER_INPUT', 'The range lies outside of the file.'],
  InvalidRequest: ['BAD_USER_INPUT', 'Storage refused the request as malformed.'],
  InvalidParameter: ['BAD_USER_INPUT', 'Storage refused a parameter of the request.'],
  MissingParameter: ['BAD_USER_INPUT', 'Storage misses a parameter of the request.'],
  InvalidJWT: ['BAD_USER_INPUT', 'The signed URL is not valid any more.'],
  InvalidSignature: ['BAD_USER_INPUT', 'The signed URL is not for this.'],
  SlowDown: ['RATE_LIMITED', 'Storage asks to call less often.'],
  DatabaseTimeout: ['TIMEOUT', 'Storage’s database did not answer in time.'],
};

/** Messages of `S3Error`: what S3 and MinIO say of names that they do not take. */
const aboutKeys: ReadonlySet<string> = new Set(['KeyTooLongError', 'XMinioInvalidObjectName']);

// Said of the caller's rights; every other AccessDenied is about the token itself.
const aboutRights = /row-level security|access denied|permission denied|invalid role|unauthorized/i;

/** The error that an answer of Storage stands for. Its own words are shown to SERVICE_ROLE alone. */
function toStorageError(answer: UpstreamResponse): AppError {
  const parsed = errorSchema.safeParse(answer.body);
  const body = parsed.success ? parsed.data : {};
  const { code, message } = body;
  const status = Number(body.statusCode ?? answer.status);
  const [appCode, text] = classify(code, status, message ?? '');
  return new AppError(appCode, text, {
    details: { service: 'STORAGE', ...(code === undefined ? {} : { reason: code }) },
    ...(message === undefined ? {} : { privileged: { upstreamMessage: message } }),
  });
}

function classify(code: string | undefined, status: number, message: string): [ErrorCode, string] {
  if (code === 'AccessDenied' || status === 401 || status === 403) {
    return aboutRights.test(message) || code === undefined
      ? ['FORBIDDEN', 'A policy of this project does not allow it.']
      : ['UNAUTHENTICATED', 'Storage did not accept the caller’s token.'];
  }
  if (message.includes("required property 'authorization'")) {
    return ['UNAUTHENTICATED', 'Storage needs a token.'];
  }
  // Its word for a bucket that is missing on the way to another one.
  if (code === 'InvalidRequest' && status === 404) {
    return ['NOT_FOUND', 'There is no such bucket, or it is not visible to the caller.'];
  }
  // What is behind Storage says it by the name of its own error.
  if (code === 'S3Error' && aboutKeys.has(message)) return invalidKey;
  const found = code === undefined ? undefined : known[code];
  if (found) return found;
  if (status === 404) return ['NOT_FOUND', 'There is no such thing in Storage.'];
  if (status === 413) return ['PAYLOAD_TOO_LARGE', 'The request is larger than Storage allows.'];
  if (status === 429) return ['RATE_LIMITED', 'Storage asks to call less often.'];
  return ['UPSTREAM_ERROR', 'Storage answered with a failure of its own.'];
}

/** The parsed body of a success. Throws what a refusal stands for, and UPSTREAM_ERROR for a body of another shape. */
export function parseStorage<T>(schema: z.ZodType<T>, answer: UpstreamResponse): T {
  if (answer.status >= 400) throw toStorageError(answer);
  const parsed = schema.safeParse(answer.body);
  if (parsed.success) return parsed.data;
  throw new AppError('UPSTREAM_ERROR', 'Storage gave an answer that cannot be read.', {
    cause: parsed.error,
    details: { service: 'STORAGE' },
  });
}
