import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { buildSchema, findBreakingChanges } from 'graphql';

// Compares schema.graphql with that of the last release: deprecate, never break. Before the first one it only tells.
function git(...args: string[]): string | undefined {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

const release = git('describe', '--tags', '--abbrev=0', '--match', 'v*');
const base = release ?? git('log', '--format=%H', '-n', '1', '--skip', '1', '--', 'schema.graphql');
const before = base ? git('show', `${base}:schema.graphql`) : undefined;
if (!before) {
  console.log('schema: nothing to compare with yet');
} else {
  const after = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');
  const changes = findBreakingChanges(buildSchema(before), buildSchema(after));
  for (const change of changes) console.log(`schema: ${change.description}`);
  if (release && changes.length > 0) {
    console.error(`These changes break clients of ${release}: deprecate instead.`);
    process.exitCode = 1;
  }
}
