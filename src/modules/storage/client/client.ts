import type { HttpUpstream } from '../../../upstream/http/types.ts';
import { type BucketMethods, createBucketMethods } from './bucket.ts';
import { createFileMethods, type FileMethods } from './file.ts';
import { createPublicUrls, type PublicUrls } from './public-urls.ts';
import { createSend } from './send.ts';
import { createSharingMethods, type SharingMethods } from './sharing.ts';

export interface StorageClientDeps {
  /** Undefined where the deployment has no Storage: every call is NOT_CONFIGURED. */
  readonly upstream: HttpUpstream | undefined;
  /** Where clients reach this gateway: the only source of absolute URLs. */
  readonly publicUrl: string;
  readonly maxSignedUrlExpiryMs: number;
  /** Storage transforms images. */
  readonly imageTransformation: boolean;
}

/** Supabase Storage for one caller at a time: the caller's own token decides, by row level security. */
export interface StorageClient extends BucketMethods, FileMethods, SharingMethods {
  readonly urls: PublicUrls;
}

export function createStorageClient(deps: StorageClientDeps): StorageClient {
  const { imageTransformation, maxSignedUrlExpiryMs } = deps;
  const send = createSend(deps.upstream);
  const urls = createPublicUrls(deps.publicUrl, imageTransformation);
  const buckets = createBucketMethods(send);
  return {
    urls,
    ...buckets,
    ...createFileMethods(send),
    ...createSharingMethods({
      send,
      bucket: buckets.bucket,
      urls,
      imageTransformation,
      maxSignedUrlExpiryMs,
    }),
  };
}
