import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

// The least that can deliver: a POST's body, `times` times, to every open socket.
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString('utf8');
  const times = Number(new URL(request.url ?? '/', 'http://localhost').searchParams.get('times'));
  response.end();
  for (let n = 0; n < times; n += 1) {
    for (const socket of sockets.clients) socket.send(text);
    await new Promise((resolve) => setImmediate(resolve));
  }
});
server.on('upgrade', (request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, (ws) => {
    ws.on('message', () => undefined);
    ws.send('{"type":"connection_ack"}');
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) console.log(`listening ${address.port}`);
});
