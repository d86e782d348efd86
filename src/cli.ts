#!/usr/bin/env node
import { readFileSync } from 'node:fs';

// Nothing else is imported before the version is known: what an older Node lacks ends it with an error of its own.
const { engines }: { engines: { node: string } } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);
const wanted = engines.node.replace('>=', '');
const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number);
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
  process.stderr.write(`bunbun: This is Node ${process.versions.node}; ${wanted} or newer is needed.\n`);
  process.exitCode = 1;
} else {
  const { runCommandLine } = await import('./cli/command-line.ts');
  process.exitCode = await runCommandLine(process.argv.slice(2), process.env);
}
