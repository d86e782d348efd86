import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { BundleError } from './bundle-error.ts';
import { type ImportMap, readImportMap } from './import-map.ts';

export interface Bundle {
  readonly code: string;
  /** Every file it was made of. */
  readonly files: readonly string[];
}

const runtimeFile = (name: string): string =>
  fileURLToPath(new URL(`./${name}${extname(fileURLToPath(import.meta.url))}`, import.meta.url));

/** One ES module of a function, all it imports, and what answers requests with it. Throws BundleError. */
export async function bundleFunction(entry: string, functionFolder: string): Promise<Bundle> {
  // Only now: a stack whose functions nobody calls starts without it.
  const esbuild = await import('esbuild');
  const map = await readImportMap(functionFolder);
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
      plugins: [specifiers(map)],
    });
    const inputs = Object.keys(result.metafile.inputs)
      .filter((path) => !path.includes(':') && path !== '<stdin>')
      .map((path) => join(functionFolder, path));
    return { code: result.outputFiles[0]?.text ?? '', files: [...inputs, ...map.files] };
  } catch (error) {
    throw new BundleError(error instanceof Error ? error.message : String(error));
  }
}

const standardServer = /^https:\/\/deno\.land\/std(?:@[^/]+)?\/http\/(?:server|mod)\.ts$/;
/** `esm.sh` serves the packages of npm: `https://esm.sh/name@version/path?options`. */
const mirrored = /^https:\/\/esm\.sh\/(?:v\d+\/|stable\/|\*)?([^?#]+)/;
const packageName = /^(?:npm|jsr):\/?((?:@[^/@]+\/)?[^/@]+)(?:@[^/]*)?/;

/** Takes Deno's specifiers: packages come from node_modules, without their version. */
function specifiers(map: ImportMap): Plugin {
  const marked = Symbol('resolved');
  return {
    name: 'deno-specifiers',
    setup(build) {
      build.onResolve({ filter: /.*/ }, async (args) => {
        if (args.pluginData === marked || args.kind === 'entry-point') return undefined;
        const wanted = map.apply(args.path, args.importer);
        if (standardServer.test(wanted)) return { path: 'serve', namespace: 'standard-server' };
        const target = wanted.replace(mirrored, 'npm:$1').replace(/^(npm:[^?]*)\?.*$/, '$1');
        if (/^https?:/.test(target)) {
          return { errors: [{ text: `${wanted}: imports from the network are not covered; use npm:` }] };
        }
        // The template of Supabase's own tools imports it for its types alone.
        if (/^jsr:@supabase\/functions-js\b/.test(target)) return { path: 'types', namespace: 'empty' };
        const path = target.replace(packageName, '$1');
        if (path === args.path) return undefined;
        const { kind, importer, resolveDir } = args;
        const found = await build.resolve(path, { kind, importer, resolveDir, pluginData: marked });
        const [, name] = packageName.exec(target) ?? [];
        if (found.errors.length === 0 || name === undefined) return found;
        const how = target.startsWith('jsr:') ? `npx jsr add ${name}` : `npm install ${name}`;
        return { errors: [{ text: `${wanted} is not in node_modules: ${how}` }] };
      });
      build.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: '', loader: 'js' }));
      build.onLoad({ filter: /.*/, namespace: 'standard-server' }, () => ({
        contents: 'export const serve = (handler, options) => Deno.serve(options ?? {}, handler).finished;',
        loader: 'js',
      }));
    },
  };
}
