// Stands for: web globals that Deno has and Node 20 to 22 have not (URLPattern, addEventListener/dispatchEvent on
// globalThis, navigator, WebSocket on 20).
globalThis.addEventListener('beforeunload', () => console.log('bye'));
Deno.serve((request) => {
  const id = new URLPattern({ pathname: '/item/:id' }).exec(request.url)?.pathname.groups.id;
  return Response.json({ id });
});
