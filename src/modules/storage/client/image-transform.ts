import { badInput } from '../../../lib/bad-input.ts';

/** Another size of an image, as Storage takes it. */
export interface ImageTransform {
  readonly width?: number | null | undefined;
  readonly height?: number | null | undefined;
  readonly resize?: 'cover' | 'contain' | 'fill' | null | undefined;
  readonly quality?: number | null | undefined;
  readonly format?: 'origin' | 'avif' | null | undefined;
}

const limits = [
  ['width', 1, 10_000],
  ['height', 1, 10_000],
  ['quality', 20, 100],
] as const;

/** What was asked for, and nothing else. Throws BAD_USER_INPUT for a size or quality that no image has. */
export function checkTransform(transform: ImageTransform): Record<string, string | number> {
  for (const [name, least, most] of limits) {
    const value = transform[name] ?? least;
    if (value >= least && value <= most) continue;
    throw badInput(['transform', name], `transform.${name} must be from ${least} to ${most}.`);
  }
  const asked: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(transform)) {
    if (value !== undefined && value !== null) asked[name] = value;
  }
  return asked;
}
