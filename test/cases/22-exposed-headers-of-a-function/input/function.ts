// A function that sets its CORS headers itself, and answers preflights.
const cors = {
  'access-control-allow-origin': 'https://app.example.com',
  'access-control-allow-headers': 'x-user-id, content-type',
  'access-control-allow-methods': 'POST',
  'access-control-max-age': '60',
  'access-control-allow-credentials': 'true',
  'access-control-allow-private-network': 'true',
  'access-control-expose-headers': 'x-trace',
};

Deno.serve((request) => {
  if (request.method === 'OPTIONS') return new Response('ok', { headers: cors });
  return new Response('done', { headers: { ...cors, 'x-trace': 't' } });
});
