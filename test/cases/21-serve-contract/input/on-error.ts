// Stands for: the rest of Deno.serve's contract; here what answers when the handler throws.
Deno.serve({ onError: () => new Response('caught', { status: 500 }) }, () => { throw new Error('x') });
