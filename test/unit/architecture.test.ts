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

// `import … from`, `export … from`, `import '…'`, `import('…')`, and what a worker or a path is made of. Only files:
// packages have no rank.
const specifier =
  /(?:from\s+|import\s+|import\s*\(\s*|import\.meta\.resolve\s*\(\s*|new\s+URL\s*\(\s*)(['"`])(\.{1,2}\/[^'"`$]+)\1/g;

/** The source files that `text`, which is that of `file`, names. */
function importsOf(file: string, text: string): string[] {
  return [...text.matchAll(specifier)].flatMap(([, , target]) =>
    target !== undefined && /\.[jt]s$/.test(target)
      ? [relative(src, resolve(dirname(file), target.replace(/js$/, 'ts')))]
      : [],
  );
}

function readSources(): SourceFile[] {
  return filesBelow(src).map((file) => {
    const text = readFileSync(file, 'utf8');
    return { path: relative(src, file), text, imports: importsOf(file, text) };
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

  it.each([
    "import { a } from './b.ts';",
    'export { a } from "./b.ts";',
    "import './b.ts';",
    "await import('./b.ts')",
    "await import(\n  './b.ts'\n)",
    'await import(`./b.ts`)',
    "new Worker(new URL('./b.ts', import.meta.url))",
    "new Worker(new URL('./b.js', import.meta.url))",
    "import.meta.resolve('./b.ts')",
  ])('sees the file in %s', (text) => {
    expect(importsOf(join(src, 'lib/a.ts'), text)).toEqual(['lib/b.ts']);
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

  it('schema files know nothing of fetch or SQL', () => {
    // Types may come from anywhere; the states of a circuit are plain values that an enum is made of.
    const reaching =
      /\bfetch\(|\.unsafe\(|^import (?!type\b)[^;]*from '(?:undici|postgres|ws|node:(?:https?|net|tls)|(?:\.\.\/)+upstream\/(?!circuit\.ts))/m;
    const knowing = gateway
      .filter((file) => file.path.startsWith('modules/') && rankOf(file.path) === 6)
      .filter((file) => reaching.test(file.text))
      .map((file) => file.path);
    expect(knowing).toEqual([]);
    expect(reaching.test("import { createCircuit } from '../../upstream/http.ts';")).toBe(true);
  });

  it('the command line imports nothing of ours before it knows the version of Node', () => {
    const entry = sources.find((file) => file.path === 'cli.ts')?.text ?? '';
    expect([...entry.matchAll(/^import .*from '([^']+)';$/gm)].map(([, from]) => from)).toEqual(['node:fs']);
    expect(entry).toContain("await import('./cli/command-line.ts')");
  });

  it('the environment is read in main.ts and cli.ts alone', () => {
    const readers = sources
      .filter((file) => /process\.env\b/.test(file.text))
      .map((file) => file.path)
      .filter((path) => path !== 'main.ts' && path !== 'cli.ts');
    expect(readers).toEqual([]);
  });
});
