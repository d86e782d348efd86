import { readdirSync } from 'node:fs';

// npm run bench [-- name …]: runs the scenarios of bench/scenarios and writes bench/results. After npm run build.
const folder = new URL('./scenarios/', import.meta.url);
const all = readdirSync(folder).map((file) => file.replace(/\.ts$/, ''));
const wanted = process.argv.slice(2);
for (const name of all.filter((each) => wanted.length === 0 || wanted.includes(each))) {
  console.log(`== ${name}`);
  const scenario: { run(): Promise<void> } = await import(new URL(`${name}.ts`, folder).href);
  await scenario.run();
}
