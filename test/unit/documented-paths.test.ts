import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** Paths of this repository that a page names as code. */
const named = /`((?:src|packages|test|scripts|bench|docs)\/[^`\s<>]*)`/g;
const linked = /\[([^\]]+)\]\((?!https?:)([^)#]+)/g;

describe('files that the documentation names', () => {
  it.each(pages)('are there: %s', (page) => {
    const text = readFileSync(join(root, page), 'utf8').replace(/```[\s\S]*?```/g, '');
    const links = [...text.matchAll(linked)].map(([, label = '', target = '']) => ({
      label,
      path: join(dirname(page), target),
    }));
    const paths = [
      ...[...text.matchAll(named)].map(([, path = '']) => path.replace(/[^/]*\*.*$/, '')),
      ...links.map(({ path }) => path),
    ];
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const misnamed = links.filter(({ label, path }) => /\.ts$/.test(label) && label !== basename(path));
    expect(misnamed).toEqual([]);
  });
});
