import { readFile } from 'node:fs/promises';

// Prints the README's one-line command of a kind (`start` or `test`), so that CI runs what users are told to run.
const kind = process.argv[2];
const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const command = readme
  .split('\n')
  .map((line) => line.trim())
  .find((line) => line === `npm ci && npm ${kind}`);
if (!command) {
  console.error(`README.md has no line "npm ci && npm ${kind}".`);
  process.exit(1);
}
console.log(command);
