import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseSync, Visitor } from 'vite';

// How far each module of src/modules reaches: the source files outside of its folder that import from it, or that name
// it in code. Identifiers and strings count, comments and sentences do not. CI fails above the limit.
const mostFiles = 2;

/** Modules whose name is a common word of other code too. Of these imports, `META`, `META_URL` and `/meta/v1` count. */
const commonWords = new Set(['auth', 'functions', 'health', 'introspection', 'meta', 'rest', 'sql']);

/** Names of something else: the browser's storage, and the introspection that is GraphQL's own. */
const otherNames = new Set(['storageInMemory', 'INTROSPECTION']);

const root = resolve(import.meta.dirname, '..');
const modulesFolder = 'src/modules';
const modules = readdirSync(join(root, modulesFolder)).sort();
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map((name) => join('src', name))
  .filter((path) => path.endsWith('.ts'));

/** Every identifier and string in the code of a file. */
function namesIn(path: string): Set<string> {
  const { program, errors } = parseSync(path, readFileSync(join(root, path), 'utf8'));
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  const names = new Set<string>();
  new Visitor({
    Identifier: ({ name }) => names.add(name),
    Literal: ({ value }) => typeof value === 'string' && names.add(value),
    TemplateElement: ({ value }) => names.add(value.cooked ?? value.raw),
  }).visit(program);
  return names;
}

/** `createStorageClient`, `STORAGE_URL` and `/storage/v1` have the word `storage`. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.toLowerCase());
}

function isNamed(module: string, name: string, path: string): boolean {
  // Sentences are for readers.
  if (otherNames.has(name) || /\s/.test(name)) return false;
  if (name.startsWith('.')) {
    return relative(root, resolve(root, dirname(path), name)).startsWith(`${modulesFolder}/${module}/`);
  }
  if (!commonWords.has(module)) return wordsOf(name).includes(module);
  const service = module.toUpperCase();
  return name === service || name.startsWith(`${service}_`) || name.includes(`/${module}/v1`);
}

const namesByFile = new Map(sources.map((path) => [path, namesIn(path)]));
let failed = false;
for (const module of modules) {
  const files = [...namesByFile]
    .filter(([path]) => !path.startsWith(`${modulesFolder}/${module}/`))
    .filter(([path, names]) => [...names].some((name) => isNamed(module, name, path)))
    .map(([path]) => path);
  console.log(`${module.padEnd(14)} ${String(files.length).padStart(2)}  ${files.join(' ')}`);
  failed ||= files.length > mostFiles;
}
if (failed) {
  console.error(`At most ${mostFiles} files outside of a module's folder may know of it.`);
  process.exitCode = 1;
}
