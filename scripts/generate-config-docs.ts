import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderConfigReference } from '../src/config/reference.ts';

/** Writes docs/reference/config.md, or another file. Gives its path. */
export function generateConfigDocs(
  file = fileURLToPath(new URL('../docs/reference/config.md', import.meta.url)),
): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, renderConfigReference());
  return file;
}
