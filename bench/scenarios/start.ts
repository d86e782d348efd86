import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gql } from '../../test/support/gql.ts';
import { median } from '../support/measure.ts';
import { writeResults } from '../support/results.ts';

async function secondsToFirstAnswer(dataDir: string): Promise<number> {
  const started = performance.now();
  const child = spawn('npm', ['start'], {
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', BUNBUN_DATA_DIR: dataDir },
    stdio: 'ignore',
    detached: true,
  });
  try {
    for (;;) {
      try {
        const local = JSON.parse(readFileSync(join(dataDir, 'local.json'), 'utf8'));
        const response = await fetch(local.graphqlUrl, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${local.serviceRoleKey}` },
          body: JSON.stringify({ query: gql(`{ sql(statement: "select 1") { rowCount } }`) }),
        });
        const answer = await response.json();
        if (answer.data?.sql?.rowCount === 1) return (performance.now() - started) / 1000;
      } catch {
        // Not there yet.
      }
      await delay(20);
    }
  } finally {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.pid) process.kill(-child.pid, 'SIGINT');
    await ended;
  }
}

/** From `npm start` to the first answered query. */
export async function run(): Promise<void> {
  const empty: number[] = [];
  const existing: number[] = [];
  for (let i = 0; i < 3; i += 1) {
    const dataDir = mkdtempSync(join(tmpdir(), 'bunbun-bench-'));
    try {
      empty.push(await secondsToFirstAnswer(dataDir));
      existing.push(await secondsToFirstAnswer(dataDir));
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  }
  const row = (measure: string, goal: string, seconds: number[]) => ({
    measure,
    against: '-',
    goal,
    result: `${median(seconds).toFixed(1)} s`,
  });
  writeResults('start', 'Medians of 3, the TypeScript build of `npm start` included.', [
    row('`npm start` on an empty data folder, to the first answered query', '< 4 s', empty),
    row('the same on an existing one', '< 2 s', existing),
  ]);
}
