import { createServer } from 'node:http';
import { jwtVerify } from 'jose';
import pg from 'pg';

// The least that can answer one row by its key: the two statements that the gateway sends, prepared, before one Sync, in
// one write, over as many connections. pg opens them; what is said on them afterwards is written and read here.
const secret = new TextEncoder().encode(process.env.JWT_SECRET);
const { settings, row, role, claims } = JSON.parse(process.env.STATEMENTS);

const execute = Buffer.from('E\0\0\0\x09\0\0\0\0\0', 'latin1');
const sync = Buffer.from('S\0\0\0\x04', 'latin1');

function bind(name, values) {
  const texts = values.map((value) => Buffer.from(value));
  const length = 4 + 1 + name.length + 1 + 2 + 2 + texts.reduce((sum, text) => sum + 4 + text.length, 0) + 2;
  const message = Buffer.alloc(1 + length);
  message.write('B');
  message.writeInt32BE(length, 1);
  message.write(name, 6);
  let at = 6 + name.length + 1 + 2;
  at = message.writeInt16BE(texts.length, at);
  for (const text of texts) {
    at = message.writeInt32BE(text.length, at);
    at += text.copy(message, at);
  }
  return message;
}

async function connect() {
  const client = new pg.Client(process.env.DATABASE_URL_ROWS);
  await client.connect();
  await client.query(
    "set default_transaction_read_only = on; set default_transaction_isolation = 'repeatable read'",
  );
  await client.query('set jit = off');
  await client.query('begin');
  await client.query({ name: 'settings', text: settings.text, values: settings.params });
  await client.query({ name: 'row', text: row.text, values: row.params });
  await client.query('commit');
  const { stream } = client.connection;
  const connection = { stream, answered: undefined };
  let held = Buffer.alloc(0);
  let at = 0;
  let answer = 'null';
  let failed = false;
  stream.removeAllListeners('data').on('data', (chunk) => {
    held = at === held.length ? chunk : Buffer.concat([held.subarray(at), chunk]);
    at = 0;
    while (held.length >= at + 5) {
      const end = at + 1 + held.readInt32BE(at + 1);
      if (end > held.length) return;
      const kind = held[at];
      // DataRow, of which the second one is the answer: one field behind its length.
      if (kind === 0x44) {
        const length = held.readInt32BE(at + 7);
        answer = length < 0 ? 'null' : held.latin1Slice(at + 11, at + 11 + length);
      } else if (kind === 0x45) failed = true;
      at = end;
      if (kind !== 0x5a) continue;
      connection.answered(failed ? undefined : answer);
      failed = false;
    }
  });
  return connection;
}

const idle = await Promise.all(Array.from({ length: 10 }, connect));
const waiting = [];

function ask(connection, { binding, id, response }) {
  connection.answered = (answer) => {
    const next = waiting.shift();
    if (next === undefined) idle.push(connection);
    else ask(connection, next);
    const text = `{"data":{"db":{"tasksByPk":${answer}}}}`;
    const headers = { 'content-type': 'application/json', 'content-length': text.length };
    response.writeHead(answer === undefined ? 500 : 200, headers).end(text, 'latin1');
  };
  connection.stream.write(Buffer.concat([binding, execute, bind('row', [id]), execute, sync]));
}

/** What makes the transaction that of a token's owner, by the token. */
const bindings = new Map();

async function bindingOf(token) {
  const { payload } = await jwtVerify(token, secret);
  const values = settings.params.map((value, index) => {
    if (index === role) return payload.role;
    return index === claims ? JSON.stringify(payload) : value;
  });
  const binding = bind('settings', values);
  bindings.set(token, binding);
  return binding;
}

async function answerTo({ headers: { authorization } }, response, body) {
  const token = authorization.slice('Bearer '.length);
  const binding = bindings.get(token) ?? (await bindingOf(token));
  const { query, variables } = JSON.parse(body);
  if (!query.includes('tasksByPk')) throw new Error('no such query');
  const asked = { binding, id: String(variables.id), response };
  const connection = idle.pop();
  if (connection === undefined) waiting.push(asked);
  else ask(connection, asked);
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    answerTo(request, response, body.toString()).catch((error) => response.writeHead(400).end(error.message));
  });
});
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
