import { createServer } from 'node:http';
import postgres from 'postgres';

// The floor of `sql`: the same messages to Postgres (transaction, cursor, reset, one write), no GraphQL, no token.
const sql = postgres(process.env['DATABASE_URL_READ'] ?? '', {
  max: 10,
  prepare: false,
  connection: { default_transaction_read_only: true },
});
const idle: Awaited<ReturnType<typeof sql.reserve>>[] = [];
const waiting: ((connection: Awaited<ReturnType<typeof sql.reserve>>) => void)[] = [];
for (let i = 0; i < 10; i += 1) idle.push(await sql.reserve());

const acquire = () => {
  const free = idle.pop();
  return free
    ? Promise.resolve(free)
    : new Promise<(typeof idle)[number]>((resolve) => waiting.push(resolve));
};

async function run(statement: string) {
  const connection = await acquire();
  try {
    const pending = [
      connection.unsafe('begin read only').execute(),
      connection.unsafe(`declare c no scroll cursor for ${statement}`).execute(),
      connection.unsafe('fetch 1001 from c').execute(),
      connection.unsafe('rollback').execute(),
      connection.unsafe('discard all').execute(),
    ];
    const results = await Promise.all(pending);
    return results[2];
  } finally {
    const next = waiting.shift();
    if (next) next(connection);
    else idle.push(connection);
  }
}

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', async () => {
    const rows = await run(JSON.parse(body).statement);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ rows }));
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) console.log(`listening ${address.port}`);
});
