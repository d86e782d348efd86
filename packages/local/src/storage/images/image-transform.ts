import type { CheckedObject } from '../checked-object.ts';
import { type Gravity, gravities } from './image-crop.ts';

/** Another size of an image, as a query string, a body or a signed token asks for it. */
export interface ImageTransform {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly resize?: (typeof fits)[number] | undefined;
  readonly quality?: number | undefined;
  readonly format?: (typeof formats)[number] | undefined;
  readonly gravity?: Gravity | undefined;
}

const fits = ['cover', 'contain', 'fill'] as const;
const formats = ['origin', 'avif', 'webp'] as const;

/** Throws validation errors in Storage's words. */
export function readTransform(given: CheckedObject): ImageTransform {
  return {
    height: given.integer('height', { min: 0 }),
    width: given.integer('width', { min: 0 }),
    resize: given.oneOf('resize', fits),
    format: given.oneOf('format', formats),
    quality: given.integer('quality', { min: 20, max: 100 }),
    gravity: readGravity(given),
  };
}

function readGravity(given: CheckedObject): Gravity | undefined {
  const type = given.oneOf('gravity', gravities);
  if (type === 'fp') given.require('x_offset', 'y_offset');
  const limits = type === 'fp' ? { min: 0, max: 1 } : {};
  const [x, y] = [given.number('x_offset', limits), given.number('y_offset', limits)];
  if (type === undefined) return undefined;
  // The most interesting part is where it is.
  return type === 'sm' ? { type } : { type, x, y };
}

/** As a signed token carries it: `height:100,width:100,resize:cover`. Empty when nothing is asked for. */
export function printTransform({ height, width, resize, quality, format, gravity }: ImageTransform): string {
  return [
    ...(height ? [`height:${height}`] : []),
    ...(width ? [`width:${width}`] : []),
    ...(height || width ? [`resize:${resize ?? 'cover'}`] : []),
    ...(quality ? [`quality:${quality}`] : []),
    ...(format ? [`format:${format}`] : []),
    ...(gravity ? [printGravity(gravity)] : []),
  ].join(',');
}

function printGravity({ type, x, y }: Gravity): string {
  const isBare = x === undefined && y === undefined;
  return isBare ? `gravity:${type}` : `gravity:${type}:${x ?? 0}:${y ?? 0}`;
}

/** What `printTransform` printed. It comes out of a token that has been verified. */
export function parseTransform(text: string): ImageTransform {
  const given = new Map(text.split(',').map((part) => [part.split(':')[0], part.split(':')[1]]));
  const number = (name: string): number | undefined => Number(given.get(name)) || undefined;
  return {
    height: number('height'),
    width: number('width'),
    quality: number('quality'),
    resize: fits.find((each) => each === given.get('resize')),
    format: formats.find((each) => each === given.get('format')),
    gravity: parseGravity(text),
  };
}

function parseGravity(text: string): Gravity | undefined {
  const [, given, x, y] = /(?:^|,)gravity:(\w+)(?::([^:,]*):([^:,]*))?/.exec(text) ?? [];
  const type = gravities.find((each) => each === given);
  const number = (offset: string | undefined): number | undefined =>
    offset === undefined ? undefined : Number(offset);
  return type && { type, x: number(x), y: number(y) };
}
