import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

export interface Row {
  readonly measure: string;
  readonly against: string;
  readonly goal: string;
  readonly result: string;
}

/** Writes bench/results/<name>.md: what was compared, on what machine, and what came out. */
export function writeResults(name: string, notes: string, rows: readonly Row[]): void {
  const folder = new URL('../results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const machine = `Node ${process.version}, ${cpus().length} cores, ${Math.round(totalmem() / 1024 ** 3)} GB`;
  const text = [
    `# ${name}`,
    '',
    notes,
    '',
    `Commit ${commit}; ${machine}; load generator, servers and Postgres on the same machine.`,
    '',
    '| measure | against | goal | result |',
    '|---|---|---|---|',
    ...rows.map((row) => `| ${row.measure} | ${row.against} | ${row.goal} | ${row.result} |`),
    '',
  ].join('\n');
  writeFileSync(new URL(`${name}.md`, folder), text);
  console.log(text);
}
