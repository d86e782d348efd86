// Stands for: the rest of Deno.serve's contract; here the last line of many functions.
const server = Deno.serve(() => new Response('ok'));
await server.finished;
