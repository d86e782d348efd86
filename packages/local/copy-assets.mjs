import { cp } from 'node:fs/promises';

// What the compiler leaves behind: files that are read at run time, beside the module that reads them.
await cp(new URL('src/sql', import.meta.url), new URL('dist/sql', import.meta.url), { recursive: true });
