import { rm } from 'node:fs/promises';

// Takes away what the last build of a package made: `node clean.mjs <its folder, from the top>`.
const top = new URL('../', import.meta.url);
await rm(new URL(`${process.argv[2] ?? '.'}/dist`, top), { recursive: true, force: true });
