import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { isAlive } from '../../packages/local/src/lib/process-identity.ts';
import { localFileOf } from '../support/command-line.ts';
import { makeTestFolder } from '../support/postgres.ts';

const root = join(import.meta.dirname, '../..');
const begun: number[] = [];

afterEach(() => {
  for (const pid of begun.splice(0)) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
});

/** npm running our start script, from the sources where the script would build. */
async function npmStart(dataDir: string): Promise<{ npm: ChildProcess; gateway: number; postgres: number }> {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const tsx = join(root, 'node_modules/tsx/dist/loader.mjs');
  const start = String(scripts.start)
    .replace('npm run --silent build', 'true')
    .replace(
      'node dist/cli.js',
      `"${process.execPath}" --conditions=bunbun-source --import "${tsx}" "${join(root, 'src/cli.ts')}"`,
    );
  expect(start).toContain('src/cli.ts');
  const project = await makeTestFolder('npm-start');
  await writeFile(join(project, 'package.json'), JSON.stringify({ scripts: { start } }));
  await mkdir(join(project, 'home'));
  const npm = spawn('npm', ['start'], {
    cwd: project,
    env: {
      PATH: process.env['PATH'],
      HOME: join(project, 'home'),
      PORT: '0',
      BUNBUN_DATA_DIR: dataDir,
      npm_config_update_notifier: 'false',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, as a terminal gives to a command.
    detached: true,
  });
  if (npm.pid !== undefined) begun.push(npm.pid);
  let output = '';
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk);
    });
  }
  const ended = once(npm, 'exit').then(() => 'ended');
  await localFileOf({ child: npm, output: () => output, ended }, dataDir);
  const gateway = Number(JSON.parse(await readFile(join(dataDir, 'stack.lock'), 'utf8')).pid);
  const cluster = JSON.parse(await readFile(join(dataDir, 'local.json'), 'utf8')).postgresFolder;
  const postgres = Number.parseInt(await readFile(join(cluster, 'postmaster.pid'), 'utf8'), 10);
  begun.push(gateway, postgres);
  return { npm, gateway, postgres };
}

it.each([
  ['SIGTERM to npm', 'SIGTERM', 1],
  ['SIGKILL to npm', 'SIGKILL', 1],
  ['Ctrl+C in its terminal', 'SIGINT', -1],
  ['the end of its terminal', 'SIGHUP', -1],
] as const)('%s ends the gateway and Postgres with it', async (_, signal, whom) => {
  const { npm, gateway, postgres } = await npmStart(await makeTestFolder('npm-data'));
  expect([isAlive(gateway), isAlive(postgres)]).toEqual([true, true]);
  process.kill(whom * (npm.pid ?? Number.NaN), signal);
  await expect.poll(() => [isAlive(gateway), isAlive(postgres)], { timeout: 30_000 }).toEqual([false, false]);
});
