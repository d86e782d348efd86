import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = resolve(import.meta.dirname, '../../src');

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

interface SourceFile {
  path: string;
  text: string;
  imports: string[];
}

// `import … from`, `export … from`, `import('…')` and `import '…'`, but only of files: packages have no rank.
const specifier = /(?:from\s+|import\s*\(\s*|import\s+)'(\.{1,2}\/[^']+)'/g;

function readSources(): SourceFile[] {
  return filesBelow(src).map((file) => {
    const text = readFileSync(file, 'utf8');
    const imports = [...text.matchAll(specifier)].flatMap(([, target]) =>
      target === undefined ? [] : [relative(src, resolve(dirname(file), target))],
    );
    return { path: relative(src, file), text, imports };
  });
}

const engineFiles = new Set(['schema.ts', 'yoga.ts', 'print-schema.ts', 'operation-engine.ts']);

/** Imports go to a lower rank, or stay inside one folder. */
function rankOf(path: string): number {
  const [top = '', second = '', ...rest] = path.split('/');
  const file = rest.at(-1) ?? second;
  switch (top) {
    case 'lib':
      return 0;
    case 'config':
    case 'config.ts':
    case 'observability':
      return 1;
    case 'viewer':
      return 2;
    case 'limits':
    case 'upstream':
      return 3;
    case 'modules':
      return /(^|-)schema(-|\.|\/)/.test([...rest].join('/')) || /(^|-)schema(-|\.)/.test(file) ? 6 : 4;
    case 'graphql':
      return second === 'plugins' || engineFiles.has(second) ? 7 : 5;
    case 'server':
      return 8;
    case 'app.ts':
      return 9;
    case 'main.ts':
    case 'cli.ts':
    case 'cli':
      return 10;
    default:
      throw new Error(`${path} has no place in the house: give its folder a rank.`);
  }
}

function roomOf(path: string): string {
  const parts = path.split('/');
  if (parts[0] === 'modules') return parts.slice(0, 2).join('/');
  const top = (parts[0] ?? '').replace(/\.ts$/, '');
  return top === 'main' ? 'cli' : top;
}

const sources = readSources();
const gateway = sources.filter((file) => !file.path.startsWith('local/'));

describe('architecture', () => {
  it('finds the sources it is about', () => {
    expect(gateway.length).toBeGreaterThan(30);
    expect(gateway.reduce((sum, file) => sum + file.imports.length, 0)).toBeGreaterThan(50);
  });

  it('imports go one way', () => {
    const upward = gateway.flatMap((file) =>
      file.imports
        .filter((target) => !target.startsWith('local/'))
        .filter((target) => {
          const from = rankOf(file.path);
          const to = rankOf(target);
          return to > from || (to === from && roomOf(target) !== roomOf(file.path));
        })
        .map((target) => `${file.path} -> ${target}`),
    );
    expect(upward).toEqual([]);
  });

  it('modules never import each other', () => {
    const crossing = gateway
      .filter((file) => file.path.startsWith('modules/'))
      .flatMap((file) =>
        file.imports
          .filter((target) => target.startsWith('modules/') && roomOf(target) !== roomOf(file.path))
          .map((target) => `${file.path} -> ${target}`),
      );
    expect(crossing).toEqual([]);
  });

  it('the local stack shares no code with the gateway, and only the command line starts it', () => {
    const borrowed = sources
      .filter((file) => file.path.startsWith('local/'))
      .flatMap((file) =>
        file.imports
          .filter((target) => !target.startsWith('local/') && !target.startsWith('lib/'))
          .map((target) => `${file.path} -> ${target}`),
      );
    const importers = gateway
      .filter((file) => file.imports.some((target) => target.startsWith('local/')))
      .map((file) => file.path)
      .filter((path) => path !== 'cli.ts' && !path.startsWith('cli/'));
    expect({ borrowed, importers }).toEqual({ borrowed: [], importers: [] });
  });

  it('clients know nothing of GraphQL', () => {
    const knowing = gateway
      .filter((file) => file.path.startsWith('modules/') && rankOf(file.path) === 4)
      .filter((file) => /from '(graphql|graphql-yoga|@pothos\/)/.test(file.text))
      .map((file) => file.path);
    expect(knowing).toEqual([]);
  });

  it('the environment is read in main.ts and cli.ts alone', () => {
    const readers = sources
      .filter((file) => /process\.env\b/.test(file.text))
      .map((file) => file.path)
      .filter((path) => path !== 'main.ts' && path !== 'cli.ts');
    expect(readers).toEqual([]);
  });
});
