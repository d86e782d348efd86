import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

// What is too long for the gate: the whole suite under the newer Node versions, and the soaks. Run before a release:
//   npm run check:long            everything
//   npm run check:long -- soak    one part: 22, 24 or soak
const root = join(import.meta.dirname, '..');
const parts = process.argv.length > 2 ? process.argv.slice(2) : ['22', '24', 'soak'];
const folder = mkdtempSync(join(tmpdir(), 'bunbun-long-'));
// Some tests run it as another user.
chmodSync(folder, 0o711);
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
let failed = false;

/** The binary of a Node version, which npm has as a package of its own for each platform. */
function nodeOf(major) {
  const home = join(folder, `node-${major}`);
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  execFileSync('npm', ['install', '--no-save', '--silent', '--prefix', home, `${name}@${major}`]);
  return join(home, 'node_modules', name, 'bin/node');
}

function run(title, node, args) {
  const report = join(folder, `${title}.json`);
  console.log(`\n== ${title}`);
  const { status } = spawnSync(node, [vitest, 'run', ...args], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      PATH: `${dirname(node)}:${process.env['PATH']}`,
      BUNBUN_TEST_REPORT: report,
    },
  });
  const count = spawnSync(process.execPath, [join(root, 'scripts/count-tests.mjs'), report], {
    encoding: 'utf8',
  });
  console.log(`${title}: ${count.stdout.trim().split('\n').at(-1)}`);
  failed ||= status !== 0 || count.status !== 0;
}

try {
  writeFileSync(join(folder, 'package.json'), '{}');
  for (const part of parts) {
    if (part === 'soak') run('soak', process.execPath, ['--config', 'vitest.long.config.ts']);
    else run(`node-${part}`, nodeOf(part), []);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;
