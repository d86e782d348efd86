// Stands for: several files in one multipart request, each used once, fields in the order of the map.
// URL and KEY are in the environment; the bucket "box" exists.
const names = [0, 1, 2, 3, 4];
const query = `mutation(${names.map((i) => `$f${i}: File!`).join(' ')}) { ${names
  .map((i) => `u${i}: uploadFile(input: { bucket: "box", path: "five/${i}", file: $f${i}, upsert: true }) { size }`)
  .join(' ')} }`;
const form = new FormData();
form.append('operations', JSON.stringify({ query, variables: Object.fromEntries(names.map((i) => [`f${i}`, null])) }));
form.append('map', JSON.stringify(Object.fromEntries(names.map((i) => [i, [`variables.f${i}`]]))));
for (const i of names) form.append(String(i), new Blob(['x'.repeat(i + 1)], { type: 'text/plain' }), `${i}.txt`);
const answer = await fetch(process.env.URL!, {
  method: 'POST',
  headers: { authorization: `Bearer ${process.env.KEY}`, 'x-graphql-yoga-csrf': '1' },
  body: form,
});
console.log(await answer.text());
