import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

export interface Bundle {
  readonly code: string;
  /** Every file it was made of. */
  readonly files: readonly string[];
}

/** Why a function could not be built, in lines for its author. */
export class BundleError extends Error {}

const runtimeFile = (name: string): string =>
  fileURLToPath(new URL(`./${name}${extname(fileURLToPath(import.meta.url))}`, import.meta.url));

/** One ES module of a function, all it imports, and what answers requests with it. Throws BundleError. */
export async function bundleFunction(entry: string, functionFolder: string): Promise<Bundle> {
  const esbuild = await import('esbuild').catch(() => {
    throw new BundleError('esbuild is not installed: local functions need the optional dependencies.');
  });
  const { aliases, configFiles } = await importMap(functionFolder);
  const stdin = [
    `import ${JSON.stringify(runtimeFile('worker-install'))};`,
    `import * as module from ${JSON.stringify(entry)};`,
    `import { runFunction } from ${JSON.stringify(runtimeFile('worker-runtime'))};`,
    'runFunction(module);',
  ].join('\n');
  try {
    const result = await esbuild.build({
      stdin: { contents: stdin, resolveDir: functionFolder, loader: 'js' },
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      sourcemap: 'inline',
      logLevel: 'silent',
      absWorkingDir: functionFolder,
      // Bundled CommonJS packages ask for Node's own modules with require.
      banner: {
        js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
      },
      plugins: [specifiers(aliases)],
    });
    const inputs = Object.keys(result.metafile.inputs)
      .filter((path) => !path.includes(':') && path !== '<stdin>')
      .map((path) => join(functionFolder, path));
    return { code: result.outputFiles[0]?.text ?? '', files: [...inputs, ...configFiles] };
  } catch (error) {
    throw new BundleError(error instanceof Error ? error.message : String(error));
  }
}

/** Takes Deno's specifiers: `npm:` and `jsr:` packages come from node_modules, without their version. */
function specifiers(aliases: ReadonlyMap<string, string>): Plugin {
  const marked = Symbol('resolved');
  return {
    name: 'deno-specifiers',
    setup(build) {
      build.onResolve({ filter: /.*/ }, async (args) => {
        if (args.pluginData === marked || args.kind === 'entry-point') return undefined;
        const target = applyImportMap(args.path, aliases);
        if (/^https?:/.test(target)) {
          return { errors: [{ text: `${target}: imports from the network are not covered; use npm:` }] };
        }
        // The template of Supabase's own tools imports it for its types alone.
        if (/^jsr:@supabase\/functions-js\b/.test(target)) return { path: 'types', namespace: 'empty' };
        const path = target.replace(/^(?:npm|jsr):\/?((?:@[^/@]+\/)?[^/@]+)(?:@[^/]+)?/, '$1');
        if (path === args.path) return undefined;
        const { kind, importer, resolveDir } = args;
        return await build.resolve(path, { kind, importer, resolveDir, pluginData: marked });
      });
      build.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: '', loader: 'js' }));
    },
  };
}

function applyImportMap(specifier: string, aliases: ReadonlyMap<string, string>): string {
  const exact = aliases.get(specifier);
  if (exact !== undefined) return exact;
  for (const [key, target] of aliases) {
    if (key.endsWith('/') && specifier.startsWith(key)) return target + specifier.slice(key.length);
  }
  return specifier;
}

/** `imports` of the function's deno.json, if it has one. */
async function importMap(
  folder: string,
): Promise<{ aliases: Map<string, string>; configFiles: readonly string[] }> {
  const path = join(folder, 'deno.json');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return { aliases: new Map(), configFiles: [] };
  try {
    const config: unknown = JSON.parse(text);
    const imports =
      typeof config === 'object' && config !== null && 'imports' in config ? config.imports : undefined;
    const entries = typeof imports === 'object' && imports !== null ? Object.entries(imports) : [];
    return {
      aliases: new Map(entries.map(([key, target]) => [key, String(target)])),
      configFiles: [path],
    };
  } catch {
    throw new BundleError(`${path} is not JSON.`);
  }
}
