import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** The floors of the house, from the ground up: a folder imports from lower floors and from its own room. */
const floors: readonly (readonly string[])[] = [
  ['lib'],
  ['observability', 'config'],
  ['viewer'],
  ['limits'],
  ['upstream/http', 'upstream/postgres'],
  ['graphql/kit'],
  ['module'],
  ['graphql/engine'],
  ['modules/*', 'http'],
  ['websocket'],
  ['gateway'],
  ['cli'],
  ['cli.ts'],
];
const rooms = floors.flat();

function roomOf(path: string): string {
  const parts = path.split('/');
  const room = [parts.slice(0, 2).join('/'), parts[0] ?? ''].find((name) => rooms.includes(name));
  if (room !== undefined) return room;
  if (parts[0] === 'modules' && parts.length > 2) return `modules/${parts[1]}`;
  throw new Error(`${path} has no room in the house: give its folder a floor.`);
}

function floorOf(path: string): number {
  const room = roomOf(path).replace(/^modules\/.*/, 'modules/*');
  return floors.findIndex((names) => names.includes(room));
}

// `import … from`, `export … from`, `import '…'`, `import('…')`, and what a worker or a path is made of. Only files:
// packages have no floor.
const specifier =
  /(?:from\s+|import\s+|import\s*\(\s*|import\.meta\.resolve\s*\(\s*|new\s+URL\s*\(\s*)(['"`])(\.{1,2}\/[^'"`$]+)\1/g;

/** The source files that `text`, which is that of `file`, names; from the top of the repository. */
function importsOf(file: string, text: string): string[] {
  return [...text.matchAll(specifier)].flatMap(([, , target]) =>
    target !== undefined && /\.[jt]s$/.test(target)
      ? [relative(root, resolve(root, dirname(file), target.replace(/js$/, 'ts')))]
      : [],
  );
}

interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

function readSources(folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const path = join(folder, name);
      const text = readFileSync(join(root, path), 'utf8');
      return { path, text, imports: importsOf(path, text) };
    });
}

const inSource = (path: string): string => path.replace(/^src\//, '');
const gateway = readSources('src');
const local = readSources('packages/local/src');
const modules = gateway.filter(({ path }) => path.startsWith('src/modules/'));
const schemaFiles = modules.filter(({ path }) => path.includes('/schema/'));

/** `file -> target` for the imports that `bad` finds fault with. */
function imports(files: readonly SourceFile[], bad: (path: string, target: string) => boolean): string[] {
  return files.flatMap(({ path, imports: targets }) =>
    targets.filter((target) => bad(path, target)).map((target) => `${path} -> ${target}`),
  );
}

/** Imports that lead out of a place (a folder, unless another kind is asked for), and by way of others back into it. */
function circles(files: readonly SourceFile[], placeOf: (path: string) => string = dirname): string[] {
  const targetsOf = new Map<string, Set<string>>();
  for (const { path, imports: targets } of files) {
    const known = targetsOf.get(placeOf(path)) ?? new Set();
    targetsOf.set(placeOf(path), new Set([...known, ...targets.map((target) => placeOf(target))]));
  }
  // A set visits what is added to it on the way.
  const reach = (place: string): Set<string> => {
    const reached = new Set([place]);
    for (const each of reached) for (const target of targetsOf.get(each) ?? []) reached.add(target);
    return reached;
  };
  return imports(
    files,
    (path, target) => placeOf(path) !== placeOf(target) && reach(placeOf(target)).has(placeOf(path)),
  );
}

describe('architecture', () => {
  it('finds the sources it is about', () => {
    expect(gateway.length).toBeGreaterThan(200);
    expect(local.length).toBeGreaterThan(80);
    expect(schemaFiles.length).toBeGreaterThan(20);
    expect(gateway.reduce((sum, file) => sum + file.imports.length, 0)).toBeGreaterThan(500);
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
    expect(importsOf('src/lib/a.ts', text)).toEqual(['src/lib/b.ts']);
  });

  it('imports go down, or stay in their room', () => {
    const isUp = (from: string, to: string): boolean =>
      roomOf(from) !== roomOf(to) && floorOf(to) >= floorOf(from);
    const bad = (path: string, target: string): boolean =>
      target.startsWith('src/') && isUp(inSource(path), inSource(target));
    expect(imports(gateway, bad)).toEqual([]);
  });

  it('no folders import in a circle', () => {
    expect([...circles(gateway), ...circles(local)]).toEqual([]);
    const file = (path: string, ...targets: string[]) => ({ path, text: '', imports: targets });
    expect(
      circles([
        file('src/a/1.ts', 'src/a/2.ts', 'src/b/1.ts'),
        file('src/b/1.ts', 'src/b/c/1.ts'),
        file('src/b/c/1.ts', 'src/a/2.ts', 'src/d/1.ts'),
      ]),
    ).toEqual(['src/a/1.ts -> src/b/1.ts', 'src/b/1.ts -> src/b/c/1.ts', 'src/b/c/1.ts -> src/a/2.ts']);
  });

  it('no files import in a circle', () => {
    expect(circles(gateway, (path) => path)).toEqual([]);
  });

  it('the gateway and the local stack share no file', () => {
    expect(imports(gateway, (_path, target) => target.startsWith('packages/'))).toEqual([]);
    expect(imports(local, (_path, target) => !target.startsWith('packages/local/src/'))).toEqual([]);
    const starters = gateway.filter(({ text }) => text.includes("'bunbun-local'")).map(({ path }) => path);
    expect(starters.filter((path) => !path.startsWith('src/cli/'))).toEqual([]);
  });

  it('clients know nothing of GraphQL', () => {
    const graphql = /from '(?:graphql|graphql-yoga|@pothos\/)/;
    // Those that read an operation stand beside those that make the schema.
    const mayKnow = (file: SourceFile): boolean =>
      schemaFiles.includes(file) || file.path.startsWith('src/modules/rows/translate/');
    const knowing = modules.filter((file) => !mayKnow(file) && graphql.test(file.text));
    expect(knowing.map(({ path }) => path)).toEqual([]);
    const toSchema = (path: string, target: string): boolean =>
      path.includes('/client/') && target.includes('/schema/');
    expect(imports(modules, toSchema)).toEqual([]);
  });

  it('schema files know nothing of fetch or SQL', () => {
    // Types may come from anywhere; what an enum is made of is a plain value.
    const reaching =
      /\bfetch\(|\.unsafe\(|^import (?!type\b)[^;]*from '(?:undici|postgres|ws|node:(?:https?|net|tls)|(?:\.\.\/)+upstream\/(?!postgres\/catalogue\/))/m;
    expect(schemaFiles.filter(({ text }) => reaching.test(text)).map(({ path }) => path)).toEqual([]);
    expect(reaching.test("import { createPool } from '../../upstream/postgres/pools.ts';")).toBe(true);
  });

  it('the command line imports nothing of ours before it knows the version of Node', () => {
    const entry = gateway.find((file) => file.path === 'src/cli.ts')?.text ?? '';
    expect([...entry.matchAll(/^import .*from '([^']+)';$/gm)].map(([, from]) => from)).toEqual(['node:fs']);
    expect(entry).toContain("await import('./cli/command-line.ts')");
  });

  it('the environment is read in cli.ts alone', () => {
    const readers = [...gateway, ...local].filter(({ text }) => /process\.env\b/.test(text));
    expect(readers.map(({ path }) => path)).toEqual(['src/cli.ts']);
  });
});
