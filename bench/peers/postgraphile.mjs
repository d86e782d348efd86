import { createServer } from 'node:http';
import { jwtVerify } from 'jose';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';

// PostGraphile as it is run in production: no GraphiQL, no watching, no explaining, ten connections, and verified tokens
// remembered, as the gateway does.
const secret = new TextEncoder().encode(process.env.JWT_SECRET);
const known = new Map();

async function claimsOf(authorization) {
  const token = authorization?.slice('Bearer '.length) ?? '';
  const found = known.get(token);
  if (found) return found;
  const { payload } = await jwtVerify(token, secret);
  known.set(token, payload);
  return payload;
}

const preset = {
  extends: [PostGraphileAmberPreset],
  // Else it filters by columns with an index alone.
  disablePlugins: ['PgIndexBehaviorsPlugin'],
  pgServices: [
    makePgService({
      connectionString: process.env.DATABASE_URL_ROWS,
      schemas: ['public'],
      poolConfig: { max: 10 },
    }),
  ],
  grafserv: { graphiql: false, watch: false },
  grafast: {
    explain: false,
    async context(request) {
      const claims = await claimsOf(request.node?.req.headers.authorization);
      return { pgSettings: { role: claims.role, 'request.jwt.claims': JSON.stringify(claims) } };
    },
  },
};

const instance = postgraphile(preset);
const server = createServer();
await instance.createServ(grafserv).addTo(server);
await instance.getSchema();
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
