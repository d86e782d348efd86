import { createServer } from 'node:http';
import { jwtVerify } from 'jose';
import pg from 'pg';

// The least that can answer one row by its key: the same two statements as the gateway, prepared, and one Sync.
const secret = new TextEncoder().encode(process.env.JWT_SECRET);
const known = new Map();
const settings = { name: 'settings', text: process.env.SETTINGS };
const row = { name: 'row', text: process.env.STATEMENT };

const preparedOn = new WeakMap();
const nothing = () => undefined;

class Pair {
  constructor(values, done) {
    this.values = values;
    this.done = done;
    this.answer = null;
  }
  handleRowDescription = nothing;
  handleCommandComplete = nothing;
  handlePortalSuspended = nothing;
  handleEmptyQuery = nothing;

  submit(connection) {
    const prepared = preparedOn.get(connection) ?? new Set();
    preparedOn.set(connection, prepared);
    for (const [statement, values] of [
      [settings, this.values[0]],
      [row, this.values[1]],
    ]) {
      if (!prepared.has(statement.name)) {
        connection.parse({ ...statement, types: [] });
        prepared.add(statement.name);
      }
      connection.bind({ statement: statement.name, values });
      connection.execute({});
    }
    connection.sync();
  }
  handleDataRow({ fields }) {
    [this.answer] = fields;
  }
  handleReadyForQuery() {
    this.done(null, this.answer);
  }
  handleError(error) {
    this.done(error);
  }
}

const clients = await Promise.all(
  Array.from({ length: 10 }, async () => {
    const client = new pg.Client(process.env.DATABASE_URL_ROWS);
    await client.connect();
    await client.query('set default_transaction_read_only = on');
    await client.query("set default_transaction_isolation = 'repeatable read'");
    return client;
  }),
);
let turn = 0;

async function claimsOf(authorization) {
  const token = authorization.slice('Bearer '.length);
  const found = known.get(token);
  if (found) return found;
  const { payload } = await jwtVerify(token, secret);
  known.set(token, payload);
  return payload;
}

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', async () => {
    const claims = await claimsOf(request.headers.authorization);
    const { variables } = JSON.parse(body);
    turn = (turn + 1) % clients.length;
    const values = [[claims.role, JSON.stringify(claims)], [String(variables.id)]];
    clients[turn].query(
      new Pair(values, (error, answer) => {
        if (error) response.writeHead(500).end(error.message);
        else {
          response
            .writeHead(200, { 'content-type': 'application/json' })
            .end(`{"data":{"db":{"tasksByPk":${answer}}}}`);
        }
      }),
    );
  });
});
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
