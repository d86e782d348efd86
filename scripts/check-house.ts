import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseSync, Visitor } from 'vite';
import { modules } from '../src/gateway/modules.ts';
import type { AnyModule } from '../src/module/module.ts';

// How far each module reaches: the source files outside of its folder that know of it. A file knows of a module when it
// imports from its folder, asks for its client (`services.storage`), or names what is the module's own: a variable
// (`META_URL`), its service (`META`), the service's path (`/pg`). Where the module's name is a word of nothing else,
// any name with that word in it counts as well. Comments and sentences do not count. CI fails above the limit.
const mostFiles = 2;

/** Modules whose name is a word of nothing else; what else is called so, in full. */
const ownWords = new Map<string, readonly string[]>([
  ['migrations', []],
  ['realtime', []],
  ['storage', ['storageInMemory']],
]);

interface SourceFile {
  readonly path: string;
  /** Every identifier and string of its code. */
  readonly names: ReadonlySet<string>;
  /** What it asks of something called `services`. */
  readonly clients: ReadonlySet<string>;
}

const root = resolve(import.meta.dirname, '..');
const folderOf = ({ name }: AnyModule): string => `src/modules/${name}/`;
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readSource(join('src', name)));

function readSource(path: string): SourceFile {
  const { program, errors } = parseSync(path, readFileSync(join(root, path), 'utf8'));
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  const names = new Set<string>();
  const clients = new Set<string>();
  new Visitor({
    Identifier: ({ name }) => names.add(name),
    Literal: ({ value }) => typeof value === 'string' && names.add(value),
    TemplateElement: ({ value }) => names.add(value.cooked ?? value.raw),
    MemberExpression({ object, property }) {
      const owner = object.type === 'MemberExpression' ? object.property : object;
      const isServices = owner.type === 'Identifier' && owner.name === 'services';
      if (isServices && property.type === 'Identifier') clients.add(property.name);
    },
  }).visit(program);
  return { path, names, clients };
}

/** `createStorageClient`, `STORAGE_URL` and `/storage/v1` have the word `storage`. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.toLowerCase());
}

function isOwn(name: string, { name: module, variables, service }: AnyModule): boolean {
  if (Object.hasOwn(variables, name) || name === service?.name) return true;
  if (service !== undefined && service.gatewayPath !== '' && `${name}/`.includes(`${service.gatewayPath}/`)) {
    return true;
  }
  const others = ownWords.get(module);
  return others !== undefined && !others.includes(name) && wordsOf(name).includes(module);
}

function knows({ path, names, clients }: SourceFile, module: AnyModule): boolean {
  if (clients.has(module.name)) return true;
  return [...names].some((name) => {
    if (name.startsWith('.')) {
      return relative(root, resolve(root, dirname(path), name)).startsWith(folderOf(module));
    }
    // Sentences are for readers.
    return !/\s/.test(name) && isOwn(name, module);
  });
}

let failed = false;
for (const module of modules) {
  const files = sources
    .filter((file) => !file.path.startsWith(folderOf(module)) && knows(file, module))
    .map(({ path }) => path);
  console.log(`${module.name.padEnd(14)} ${String(files.length).padStart(2)}  ${files.join(' ')}`);
  failed ||= files.length > mostFiles;
}
if (failed) {
  console.error(`At most ${mostFiles} files outside of a module's folder may know of it.`);
  process.exitCode = 1;
}
