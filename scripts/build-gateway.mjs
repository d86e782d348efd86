import { build } from 'esbuild';

// The gateway as one file, and another for each command that is loaded by itself: hundreds of small ones would be a
// tenth of the CPU of a start. Packages stay where npm put them. Types are the type check's.
const top = new URL('../', import.meta.url).pathname;
await build({
  absWorkingDir: top,
  entryPoints: ['src/cli.ts'],
  outdir: 'dist',
  // As deep as src/lib, from where package.json is looked up.
  chunkNames: 'lib/[name]-[hash]',
  bundle: true,
  splitting: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  logLevel: 'warning',
});
