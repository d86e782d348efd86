import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestFunctions, type TestFunctions } from '../support/functions-server.ts';

let functions: TestFunctions;
beforeAll(async () => {
  functions = await startTestFunctions();
});
afterAll(async () => await functions?.[Symbol.asyncDispose]());

const textOf = async (path: string): Promise<string> => await (await functions.call(path)).text();

test('follows the imports of a deno.jsonc, comments and all, its packages’ own paths and its scopes', async () => {
  await functions.write({
    'jsonc/deno.jsonc': `{
      // Packages
      "imports": {
        "zod": "npm:zod@4", /* any version */
        "~/": "./lib/",
        "word": "./lib/word.ts",
      },
      "scopes": { "./lib/inner/": { "word": "./lib/inner/other.ts" } },
    }`,
    'jsonc/lib/word.ts': `export default 'word';`,
    'jsonc/lib/inner/other.ts': `export default 'other';`,
    'jsonc/lib/inner/use.ts': `import word from 'word'; export default word;`,
    'jsonc/index.ts': `
      import { z } from 'zod';
      import * as mini from 'zod/mini';
      import word from 'word';
      import same from '~/word.ts';
      import inner from '~/inner/use.ts';
      Deno.serve(() => Response.json([z.string().parse('a'), typeof mini.string, word, same, inner]));`,
  });
  expect(await textOf('/jsonc')).toBe('["a","function","word","word","other"]');
});

test('follows an import_map.json, the one that a deno.json names, and the one of all functions', async () => {
  await functions.write({
    'own/import_map.json': '{ "imports": { "word": "./own.ts" } }',
    'own/own.ts': `export default 'own';`,
    'own/index.ts': `import word from 'word'; Deno.serve(() => new Response(word));`,
    'named/deno.json': '{ "importMap": "../maps/map.json" }',
    'maps/map.json': '{ "imports": { "word": "./named.ts" } }',
    'maps/named.ts': `export default 'named';`,
    'named/index.ts': `import word from 'word'; Deno.serve(() => new Response(word));`,
    'import_map.json': '{ "imports": { "word": "./_shared/all.ts" } }',
    '_shared/all.ts': `export default 'all';`,
    'plain/index.ts': `import word from 'word'; Deno.serve(() => new Response(word));`,
  });
  expect(await textOf('/own')).toBe('own');
  expect(await textOf('/named')).toBe('named');
  expect(await textOf('/plain')).toBe('all');
});

test('a map is for the function’s own files, not for its packages’', async () => {
  await functions.write({
    'mapped/deno.json': '{ "imports": { "./": "./moved/", "graphql": "./moved/none.ts" } }',
    'mapped/moved/part.ts': `export default 'moved';`,
    'mapped/moved/none.ts': `export default 'mine';`,
    'mapped/index.ts': `
      import part from './part.ts';
      import graphql from 'graphql';
      import { isAsyncIterable } from '@graphql-tools/utils';
      Deno.serve(() => Response.json([part, graphql, typeof isAsyncIterable]));`,
  });
  expect(await textOf('/mapped')).toBe('["moved","mine","function"]');
});

test('is built again when its map has changed, or is there at last', async () => {
  await functions.write({
    'late/one.ts': `export default 'one';`,
    'late/two.ts': `export default 'two';`,
    'late/index.ts': `import word from 'late-word'; Deno.serve(() => new Response(word));`,
  });
  expect((await functions.call('/late')).status).toBe(503);
  await functions.write({ 'late/deno.json': '{ "imports": { "late-word": "./one.ts" } }' });
  expect(await textOf('/late')).toBe('one');
  await functions.write({ 'late/deno.json': '{ "imports": { "late-word": "./two.ts" } }' });
  expect(await textOf('/late')).toBe('two');
});

test('takes the packages that esm.sh serves, and the standard library’s server, from where they are', async () => {
  await functions.write({
    'older/index.ts': `
      import { serve } from 'https://deno.land/std@0.168.0/http/server.ts';
      import { z } from 'https://esm.sh/zod@3.22.4?target=deno';
      import * as mini from 'https://esm.sh/v135/zod@4/mini';
      serve(() => Response.json([z.string().parse('a'), typeof mini.string]));`,
  });
  expect(await textOf('/older')).toBe('["a","function"]');
});

test.each([
  [
    'npm:no-such-package-here@1',
    'npm:no-such-package-here@1 is not in node_modules: npm install no-such-package-here',
  ],
  ['jsr:@std/not-here@1', 'jsr:@std/not-here@1 is not in node_modules: npx jsr add @std/not-here'],
  ['https://deno.land/x/oak@v11.1.0/mod.ts', 'imports from the network are not covered'],
])('says what to do about %s', async (specifier, text) => {
  await functions.write({
    'missing/index.ts': `import * as all from '${specifier}'; Deno.serve(() => Response.json(Object.keys(all)));`,
  });
  expect((await functions.call('/missing')).status).toBe(503);
  expect(functions.log()).toContain(text);
});

test('says which file is not JSON', async () => {
  await functions.write({
    'broken/deno.json': '{ "imports": ',
    'broken/index.ts': `Deno.serve(() => new Response());`,
  });
  expect((await functions.call('/broken')).status).toBe(503);
  expect(functions.log()).toContain('deno.json is not JSON.');
});

test('says which file cannot be read', async () => {
  await functions.write({
    'folder/deno.json/index.txt': 'a folder in the place of the file',
    'folder/index.ts': `Deno.serve(() => new Response());`,
  });
  expect((await functions.call('/folder')).status).toBe(503);
  expect(functions.log()).toContain('deno.json cannot be read: EISDIR.');
});
