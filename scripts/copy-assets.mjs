import { cp } from 'node:fs/promises';

// What the compiler leaves behind: files that are read at run time, beside the module that reads them.
for (const folder of ['local/sql']) {
  const from = new URL(`../src/${folder}`, import.meta.url);
  await cp(from, new URL(`../dist/${folder}`, import.meta.url), { recursive: true });
}
