import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const commands = 'serve|dev|doctor|schema';

function textsBelow(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}

const files = [
  'README.md',
  'docker-compose.yml',
  'Dockerfile',
  '.env.example',
  ...textsBelow('docs', '.md'),
  ...textsBelow('src', '.ts'),
  ...textsBelow('packages/local/src', '.ts'),
];

describe('commands that the documentation shows', () => {
  it.each(files)('can be run as they stand in %s: nothing called bunbun is on the PATH', (file) => {
    const text = readFileSync(join(root, file), 'utf8');
    expect(text.match(new RegExp(`\\bbunbun\\s+(${commands})\\b`, 'g')) ?? []).toEqual([]);
    const shown = [...text.matchAll(/node dist\/cli\.js ([a-z]+)/g)].map(([, command]) => command);
    expect(shown.filter((command) => !commands.split('|').includes(command ?? ''))).toEqual([]);
  });
});
