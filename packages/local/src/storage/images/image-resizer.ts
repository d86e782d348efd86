import { cropOf } from './image-crop.ts';
import type { ImageTransform } from './image-transform.ts';
import { createTurnstile } from './turnstile.ts';

interface ResizedImage {
  readonly bytes: Buffer;
  readonly contentType: string;
}

/** Makes other sizes of images. Needs the package sharp, which is an optional dependency. */
export interface ImageResizer {
  /** An image of no asked-for format becomes WebP where `accept` has it. Undefined for what is no image. */
  resize(source: Buffer, transform: ImageTransform, accept: string): Promise<ResizedImage | undefined>;
}

/** Largest image that is read: what Supabase allows. A small file can hold a picture of gigabytes. */
const maxPixels = 50_000_000;
/** Storage's IMG_LIMITS_MAX_SIZE: more is taken for this. */
const maxSide = 2000;
const maxSeconds = 10;
/** Each picture under way takes up to 4 bytes for every pixel. */
const maxAtOnce = 2;

const fits = { cover: 'cover', contain: 'inside', fill: 'fill' } as const;
const formats = ['jpeg', 'png', 'webp', 'gif', 'avif'] as const;
type Format = (typeof formats)[number];

/** Undefined where sharp is not installed, or not for this machine. */
export async function openImageResizer(): Promise<ImageResizer | undefined> {
  const loaded = await import('sharp').catch(() => undefined);
  if (loaded === undefined) return undefined;
  const sharp = loaded.default;
  sharp.cache(false);
  sharp.concurrency(1);
  // Pictures of strangers: only the formats of the web, and none that names other files.
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({
    operation: [
      'VipsForeignLoadJpeg',
      'VipsForeignLoadPng',
      'VipsForeignLoadWebp',
      'VipsForeignLoadNsgif',
      'VipsForeignLoadHeif',
    ],
  });
  const turns = createTurnstile(maxAtOnce);

  async function resize(source: Buffer, transform: ImageTransform, accept: string) {
    // imgproxy shows what can be shown of a picture that is a little broken, and so do browsers.
    const image = sharp(source, { limitInputPixels: maxPixels, sequentialRead: true, failOn: 'truncated' });
    // Its own faults are those of the picture: it is no image, too large, or broken off.
    const described = await image.metadata().catch(() => undefined);
    if (described === undefined) return undefined;
    const format = targetFormat(described.format, transform, accept);
    if (format === undefined) return undefined;
    const side = (pixels: number | undefined): { size?: number } =>
      pixels ? { size: Math.min(pixels, maxSide) } : {};
    const [width, height] = [side(transform.width).size, side(transform.height).size];
    const { gravity, resize: kind = 'cover' } = transform;
    const crop =
      kind === 'cover' && width && height && gravity && gravity.type !== 'sm'
        ? cropOf(described.autoOrient, { width, height }, gravity)
        : undefined;
    const upright = image.autoOrient();
    const resized = crop
      ? upright.extract(crop.from).resize({ ...crop.to, fit: 'fill' })
      : upright.resize({
          ...(width === undefined ? {} : { width }),
          ...(height === undefined ? {} : { height }),
          fit: fits[kind],
          ...(gravity?.type === 'sm' ? { position: sharp.strategy.attention } : {}),
          withoutEnlargement: true,
        });
    const bytes = await resized
      .toFormat(format, format === 'png' || format === 'gif' ? {} : { quality: transform.quality ?? 80 })
      .timeout({ seconds: maxSeconds })
      .toBuffer()
      .catch(() => undefined);
    return bytes && { bytes, contentType: `image/${format}` };
  }

  return { resize: (source, transform, accept) => turns(() => resize(source, transform, accept)) };
}

/** Undefined for a source that is none of the formats of the web. */
function targetFormat(source: string, { format }: ImageTransform, accept: string): Format | undefined {
  // libvips calls AVIF by the name of its container.
  const own = formats.find((each) => each === (source === 'heif' ? 'avif' : source));
  if (format === 'avif' || format === 'webp') return own && format;
  return format === undefined && /image\/webp/i.test(accept) ? own && 'webp' : own;
}
