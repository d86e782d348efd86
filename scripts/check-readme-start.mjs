import { execFileSync, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

// Runs the README's start command in a fresh clone, asks the documented first query, and stops it as Ctrl+C does.
const clone = process.argv[2];
const command = execFileSync(process.execPath, [join(import.meta.dirname, 'readme-command.mjs'), 'start'], {
  encoding: 'utf8',
}).trim();
const env = { ...process.env, PORT: '0' };
for (const name of [
  'DATABASE_URL',
  'SUPABASE_URL',
  'AUTH_URL',
  'STORAGE_URL',
  'REALTIME_URL',
  'META_URL',
  'POSTGREST_URL',
  'FUNCTIONS_URL',
  'API_GATEWAY_URL',
  'KONG_URL',
  'NODE_ENV',
])
  delete env[name];

const child = spawn('bash', ['-c', command], {
  cwd: clone,
  env,
  stdio: ['ignore', 'pipe', 'pipe'],
  detached: true,
});
let output = '';
child.stdout.on('data', (chunk) => {
  output += chunk;
});
child.stderr.on('data', (chunk) => {
  output += chunk;
});
let ended = false;
const exited = new Promise((resolve) => {
  child.once('exit', (code, signal) => {
    ended = true;
    resolve(code ?? signal);
  });
});

async function waitFor(what, deadlineMs, attempt) {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const result = await attempt();
    if (result !== undefined) return result;
    if (ended || Date.now() > deadline) {
      console.error(output);
      throw new Error(`${what} did not happen.`);
    }
    await delay(100);
  }
}

try {
  const local = await waitFor('local.json', 300_000, async () => {
    try {
      return JSON.parse(await readFile(join(clone, '.bunbun/local.json'), 'utf8'));
    } catch {
      return undefined;
    }
  });
  const response = await fetch(local.graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${local.serviceRoleKey}` },
    body: JSON.stringify({ query: '{ health { status } sql(statement: "select 1 as x") { rows } }' }),
  });
  const answer = await response.json();
  if (answer.data?.sql?.rows?.[0]?.x !== 1)
    throw new Error(`The first query answered ${JSON.stringify(answer)}`);
  console.log('first query answered:', JSON.stringify(answer.data));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
try {
  process.kill(-child.pid, 'SIGINT');
} catch {
  // It has ended.
}
const code = await Promise.race([exited, delay(30_000, 'timeout', { ref: false })]);
if (code === 'timeout') {
  process.kill(-child.pid, 'SIGKILL');
  console.error('It did not stop within 30 s.');
  process.exitCode = 1;
}
