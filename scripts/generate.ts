import { mkdir, writeFile } from 'node:fs/promises';
import { renderConfigReference } from '../src/config/reference.ts';
import { printSchema } from '../src/graphql/print-schema.ts';
import { createSchema } from '../src/graphql/schema.ts';
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
    'and for whole operations answered as `application/graphql-response+json`.',
    '',
    '| code | when | HTTP |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

await mkdir(new URL('docs/reference/', root), { recursive: true });
await writeFile(new URL('schema.graphql', root), printSchema(createSchema()));
await writeFile(new URL('docs/reference/errors.md', root), errorReference());
await writeFile(new URL('docs/reference/config.md', root), renderConfigReference());
