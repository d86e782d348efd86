import { cp } from 'node:fs/promises';

// What the compiler leaves behind: files that are read at run time, beside the module that reads them.
const folder = 'postgres/sql';
await cp(new URL(`src/${folder}`, import.meta.url), new URL(`dist/${folder}`, import.meta.url), {
  recursive: true,
});
