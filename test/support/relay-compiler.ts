import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ConcreteRequest } from 'relay-runtime';
import { makeTestFolder } from './postgres.ts';

const run = promisify(execFile);

/** It holds programs for five platforms, too large to depend on. */
const compiler = ['--yes', 'relay-compiler@21.0.1'];

/** Why Relay's compiler cannot be run here; undefined where it can. */
export async function relayCompilerMissing(): Promise<string | undefined> {
  return await run('npx', [...compiler, '--version'], { timeout: 60_000 }).then(
    () => undefined,
    (error: unknown) => `npx cannot run ${compiler[1]}: ${error instanceof Error ? error.message : error}`,
  );
}

/**
 * What the compiler makes of operations, whose names have to begin with `app`, for a schema.
 * @throws where the schema or an operation is none for Relay, with what the compiler said
 */
export async function compiledByRelay<Name extends string>(
  schema: string,
  operations: Readonly<Record<Name, string>>,
): Promise<(name: Name) => ConcreteRequest> {
  const folder = await makeTestFolder('relay');
  const texts = Object.values<string>(operations).map((text) => `graphql\`${text}\`;\n`);
  const config = { src: '.', schema: 'schema.graphql', language: 'javascript', eagerEsModules: false };
  await writeFile(join(folder, 'schema.graphql'), schema);
  await writeFile(join(folder, 'app.js'), texts.join(''));
  await writeFile(join(folder, 'relay.config.json'), JSON.stringify(config));
  await run('npx', [...compiler, '--noWatchman', 'relay.config.json'], { cwd: folder, timeout: 60_000 });
  const require = createRequire(join(folder, 'app.js'));
  return (name) => require(`./__generated__/${name}.graphql.js`);
}
