import type { ImageTransform } from './input.ts';

/** An image's other size as Storage takes it: what was asked for, and nothing else. */
export function transformOptions(transform: ImageTransform): Record<string, string | number> {
  const asked: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(transform)) {
    if (value !== undefined && value !== null) asked[name] = value;
  }
  return asked;
}
