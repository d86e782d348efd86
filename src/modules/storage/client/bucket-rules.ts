import { AppError } from '../../../lib/app-error.ts';
import { badInput } from '../../../lib/bad-input.ts';
import type { Bucket } from './types.ts';

export interface AnnouncedFile {
  readonly path: string;
  readonly contentType: string;
  /** Decimal digits: bytes. */
  readonly size?: string | null | undefined;
}

/** Throws what Storage will answer to the upload, where the bucket's rules leave no doubt. */
export function checkBucketRules(bucket: Bucket, { path, contentType, size }: AnnouncedFile): void {
  const limit = Number(bucket.fileSizeLimit ?? 0);
  if (limit > 0 && Number(size ?? 0) > limit) {
    throw new AppError('PAYLOAD_TOO_LARGE', 'The file is larger than the bucket allows.', {
      details: { service: 'STORAGE', reason: 'EntityTooLarge' },
    });
  }
  const types = bucket.allowedMimeTypes ?? [];
  // Consoles make folders with such a file, in buckets for pictures too.
  if (types.length === 0 || path.endsWith('/.emptyFolderPlaceholder')) return;
  if (!types.some((type) => mayMean(type, contentType))) {
    throw badInput(['contentType'], 'The bucket does not accept this content type.', {
      details: { service: 'STORAGE', reason: 'InvalidMimeType' },
    });
  }
}

/** Versions of Storage differ in what they make of parameters, letter case and odd stars: only a clear no counts. */
function mayMean(allowed: string, contentType: string): boolean {
  const [wanted, given] = [essence(allowed), essence(contentType)];
  if (wanted === given) return true;
  if (!wanted.endsWith('*')) return false;
  const [family = '', kind = ''] = wanted.split('/', 2);
  return kind !== '*' || family === '*' || given.startsWith(`${family}/`);
}

/** A media type without its parameters, which RFC 9110 does not count to it. */
function essence(mediaType: string): string {
  return (mediaType.split(';', 1)[0] ?? '').trim().toLowerCase();
}
