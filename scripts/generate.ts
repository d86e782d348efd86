import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { renderConfigReference } from '../src/config/reference.ts';
import { allVariables } from '../src/gateway/config.ts';
import { createSchema } from '../src/gateway/schema.ts';
import { printSchema } from '../src/graphql/kit/print-schema.ts';
import { errorCodes } from '../src/lib/app-error.ts';

// Writes every file that comes out of the code: schema.graphql and the reference pages. CI fails when they are stale.
const root = new URL('../', import.meta.url);

function errorReference(): string {
  const rows = Object.entries(errorCodes).map(
    ([code, { http, meaning }]) => `| ${code} | ${meaning} | ${http} |`,
  );
  return [
    '# Error codes',
    '',
    'Generated from `src/lib/app-error.ts`. Every error has one of these in `extensions.code`, and the request id in',
    '`extensions.requestId`. Test the code, never the message. The HTTP status counts for the routes beside GraphQL',
    'and for whole operations answered as `application/graphql-response+json`. `extensions.reason`, where there is one,',
    'says more; the guides name those that a client can act on.',
    '',
    '| code | when | HTTP |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

// The image has no local stack, says NODE_ENV itself, and listens everywhere inside its network.
const notInContainers = /^(?:LOCAL_.*|BUNBUN_DATA_DIR|PG_BIN|NODE_ENV|HOST)$/;

/** Has the compose file hand on every variable that it does not set itself. */
function forwardAll(compose: string): string {
  const [before = '', rest = ''] = compose.split(/(?<=made by `npm run generate`\.\n)/);
  const after = rest.slice(rest.indexOf('      # End of what is made.'));
  const set = new Set([...before.matchAll(/^ {6}([A-Z_]+):/gm)].map(([, name]) => name));
  const forwarded = allVariables
    .filter(({ name, aliases = [] }) => ![name, ...aliases].some((one) => set.has(one)))
    .filter(({ name }) => !notInContainers.test(name));
  return before + forwarded.map(({ name }) => `      ${name}:\n`).join('') + after;
}

await mkdir(new URL('docs/reference/', root), { recursive: true });
await writeFile(new URL('schema.graphql', root), printSchema(createSchema()));
await writeFile(new URL('docs/reference/errors.md', root), errorReference());
await writeFile(new URL('docs/reference/config.md', root), renderConfigReference(allVariables));
const compose = new URL('docker-compose.yml', root);
await writeFile(compose, forwardAll(await readFile(compose, 'utf8')));
