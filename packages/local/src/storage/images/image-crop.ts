/** Which part of an image stays when what sticks out is cut off: a side, a corner, or a point that it lies around. */
export interface Gravity {
  readonly type: (typeof gravities)[number];
  /** Below 1 a share of the image, else pixels; of the point (`fp`) always a share. */
  readonly x?: number | undefined;
  readonly y?: number | undefined;
}

export const gravities = ['no', 'so', 'ea', 'we', 'noea', 'nowe', 'soea', 'sowe', 'ce', 'sm', 'fp'] as const;

interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Crop {
  /** Of the source's pixels. */
  readonly from: Size & { readonly left: number; readonly top: number };
  readonly to: Size;
}

/** The part of `source` that fills `wanted`, as imgproxy chooses it; images are never made larger. */
export function cropOf(source: Size, wanted: Size, gravity: Gravity): Crop {
  const scale = Math.min(1, Math.max(wanted.width / source.width, wanted.height / source.height));
  const { type } = gravity;
  const across = axis(source.width, wanted.width, scale, {
    atStart: type.endsWith('we'),
    atEnd: type.endsWith('ea'),
    point: type === 'fp',
    offset: gravity.x ?? 0,
  });
  const down = axis(source.height, wanted.height, scale, {
    atStart: type.startsWith('no'),
    atEnd: type.startsWith('so'),
    point: type === 'fp',
    offset: gravity.y ?? 0,
  });
  return {
    from: { left: across.start, top: down.start, width: across.taken, height: down.taken },
    to: { width: across.size, height: down.size },
  };
}

interface Placing {
  readonly atStart: boolean;
  readonly atEnd: boolean;
  readonly point: boolean;
  readonly offset: number;
}

/** Along one side: what is taken of the source, and how long that is afterwards. */
function axis(source: number, wanted: number, scale: number, { atStart, atEnd, point, offset }: Placing) {
  const whole = Math.max(1, Math.round(source * scale));
  const size = Math.min(wanted, whole);
  const room = whole - size;
  const shift = point || Math.abs(offset) < 1 ? whole * offset : offset;
  const middle = point ? shift - size / 2 : room / 2 + shift;
  const place = atStart ? shift : atEnd ? room - shift : middle;
  const taken = Math.min(source, Math.max(1, Math.round(size / scale)));
  const start = Math.round(Math.max(0, Math.min(room, place)) / scale);
  return { size, taken, start: Math.min(start, source - taken) };
}
