import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import jsonc, { type ParseError } from 'jsonc-parser';
import { BundleError } from './bundle-error.ts';

/** What Deno's configuration says about specifiers. */
export interface ImportMap {
  /** What `specifier` stands for in the file `importer`: itself where the map says nothing. */
  apply(specifier: string, importer: string): string;
  /** Every file that was looked for: what one of them says, or that it is there, changes the function. */
  readonly files: readonly string[];
}

interface Entry {
  /** A specifier, or the beginning of some when it ends with a slash. */
  readonly key: string;
  readonly target: string;
}

interface Scope {
  /** Beginning of the paths of the importers that it is for. */
  readonly prefix: string;
  readonly entries: readonly Entry[];
}

const names = ['deno.json', 'deno.jsonc', 'import_map.json'];

/**
 * The map of a function: of the first file of Deno's names in its own folder, else in the folder of all functions, or
 * of the file that it names as its `importMap`. Throws BundleError.
 */
export async function readImportMap(functionFolder: string): Promise<ImportMap> {
  const files: string[] = [];
  for (const folder of [functionFolder, dirname(functionFolder)]) {
    for (const name of names) {
      const path = join(folder, name);
      files.push(path);
      const config = await readJson(path);
      if (config === undefined) continue;
      const named = config['importMap'];
      if (typeof named !== 'string' || 'imports' in config) return createMap(config, path, files);
      const mapPath = resolve(folder, named);
      files.push(mapPath);
      const map = await readJson(mapPath);
      if (map === undefined) throw new BundleError(`${path}: there is no ${named}.`);
      return createMap(map, mapPath, files);
    }
  }
  return { apply: (specifier) => specifier, files };
}

function createMap(
  config: Readonly<Record<string, unknown>>,
  path: string,
  files: readonly string[],
): ImportMap {
  const folder = dirname(path);
  const everywhere: Scope = { prefix: '', entries: entriesOf(config['imports'], folder) };
  const scopes = Object.entries(recordOf(config['scopes'])).map(([prefix, imports]) => ({
    prefix: toPath(prefix, folder),
    entries: entriesOf(imports, folder),
  }));
  // The longest prefix that fits decides, and what it does not say the shorter ones do.
  const ordered = [...scopes, everywhere].sort((a, b) => b.prefix.length - a.prefix.length);
  return {
    files,
    apply(specifier, importer) {
      // Packages find their own, and what we put around a function is not its author's.
      if (!isAbsolute(importer) || /[\\/]node_modules[\\/]/.test(importer)) return specifier;
      const wanted = isRelative(specifier) ? toPath(specifier, dirname(importer)) : specifier;
      for (const { prefix, entries } of ordered) {
        if (!importer.startsWith(prefix)) continue;
        for (const { key, target } of entries) {
          if (wanted === key) return target;
          if (key.endsWith('/') && wanted.startsWith(key)) return target + wanted.slice(key.length);
        }
      }
      return specifier;
    },
  };
}

/** The longest keys first. A package is a beginning too, as Deno has it: `hono/cors` where there is `hono`. */
function entriesOf(imports: unknown, folder: string): Entry[] {
  const entries = Object.entries(recordOf(imports)).flatMap(([key, target]): Entry[] => {
    if (typeof target !== 'string') return [];
    const entry = { key: toPath(key, folder), target: toPath(target, folder) };
    const isPackage = /^(?:npm|jsr):/.test(target) && !key.endsWith('/');
    return isPackage ? [entry, { key: `${key}/`, target: `${target}/` }] : [entry];
  });
  return entries.sort((a, b) => b.key.length - a.key.length);
}

function isRelative(text: string): boolean {
  return text.startsWith('./') || text.startsWith('../') || isAbsolute(text);
}

/** Absolute for a path, whose slash at the end stays; what is none stays as it is. */
function toPath(text: string, folder: string): string {
  if (!isRelative(text)) return text;
  return resolve(folder, text) + (text.endsWith('/') ? '/' : '');
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Undefined where there is no such file. Comments and commas at ends are Deno's as well. */
async function readJson(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new BundleError(`${path} cannot be read: ${error.code}.`);
  });
  if (text === undefined) return undefined;
  const errors: ParseError[] = [];
  const parsed: unknown = jsonc.parse(text, errors, { allowTrailingComma: true });
  if (errors.length > 0 || typeof parsed !== 'object' || parsed === null) {
    throw new BundleError(`${path} is not JSON.`);
  }
  return recordOf(parsed);
}
