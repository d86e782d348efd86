import { AppError } from '../../../lib/app-error.ts';
import { notConfigured } from '../../../lib/not-configured.ts';
import { withoutTrailing } from '../../../lib/without-trailing.ts';
import { transformOptions } from './image-transform.ts';
import type { ImageTransform } from './input.ts';
import { encodeObject } from './object-path.ts';

/** Absolute URLs on this gateway, under its pass-through to Storage. */
export interface PublicUrls {
  /** Works for everybody in a public bucket, and with an Authorization header in a private one. */
  download(bucket: string, path: string): string;
  open(bucket: string, path: string, transform?: ImageTransform | null): string;
  /** From Storage's own `signedURL`, which is relative and not percent-encoded. */
  signed(bucket: string, path: string, signedUrl: string): string;
  /** The same signed URL, for a browser that saves the file under `name`. */
  saved(signedUrl: string, name: string): string;
  signedUpload(bucket: string, path: string, token: string): string;
  readonly resumable: string;
}

export function createPublicUrls(publicUrl: string, imageTransformation: boolean): PublicUrls {
  const root = `${withoutTrailing(publicUrl, '/')}/storage/v1`;
  return {
    resumable: `${root}/upload/resumable/sign`,
    download: (bucket, path) => `${root}/object/${encodeObject(bucket, path)}`,
    open(bucket, path, transform) {
      const object = encodeObject(bucket, path);
      if (!transform) return `${root}/object/public/${object}`;
      if (!imageTransformation) throw noTransformation();
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries(transformOptions(transform))) query.set(name, String(value));
      return `${root}/render/image/public/${object}?${query}`;
    },
    signed(bucket, path, signedUrl) {
      const mark = signedUrl.lastIndexOf('?token=');
      const route = /^\/(?:object|render\/image)\/sign\//.exec(signedUrl)?.[0];
      if (mark < 0 || route === undefined) throw unreadable();
      return `${root}${route}${encodeObject(bucket, path)}${signedUrl.slice(mark)}`;
    },
    saved: (signedUrl, name) => `${signedUrl}&download=${encodeURIComponent(name)}`,
    signedUpload: (bucket, path, token) =>
      `${root}/object/upload/sign/${encodeObject(bucket, path)}?token=${encodeURIComponent(token)}`,
  };
}

export function noTransformation(): AppError {
  return notConfigured('STORAGE', 'Image transformation is not part of this deployment.');
}

function unreadable(): AppError {
  return new AppError('UPSTREAM_ERROR', 'Storage gave a signed URL that cannot be read.', {
    details: { service: 'STORAGE' },
  });
}
