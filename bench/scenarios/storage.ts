import { readFileSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gql } from '../../test/support/gql.ts';
import { residentMegabytes, startChild, startGateway } from '../support/child-server.ts';
import { inTurns, requestsPerSecond } from '../support/measure.ts';
import { type Row, writeResults } from '../support/results.ts';
import { transfer } from '../support/send-bytes.ts';

const size = Number(process.env['BENCH_FILE_MB'] ?? 1024) * 1024 ** 2;
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);
const part = 6 * 1024 ** 2;

/** Files through the gateway against the same straight to the storage server, and the gateway's memory meanwhile. */
export async function run(): Promise<void> {
  const envFile = join(tmpdir(), `bunbun-bench-storage-${process.pid}.json`);
  const storage = await startChild(['--import', 'tsx', 'bench/servers/storage-stack.ts'], {
    ENV_FILE: envFile,
  });
  const env: Record<string, string> = JSON.parse(readFileSync(envFile, 'utf8'));
  rmSync(envFile);
  const gateway = await startGateway({
    ...env,
    HOST: '127.0.0.1',
    PUBLIC_URL: 'http://127.0.0.1:1',
    MAX_UPLOAD: '4gb',
  });
  try {
    writeResults(
      'storage',
      `Files of ${size / 1024 ** 2} MB, medians of ${rounds} rounds in turns; against the local storage server.`,
      await measure(storage.url, `${gateway.url}/storage/v1`, gateway, env),
    );
  } finally {
    await gateway.stop();
    await storage.stop();
  }
}

async function measure(
  direct: string,
  through: string,
  gateway: { url: string; pid: number },
  env: Record<string, string>,
): Promise<Row[]> {
  const headers = { authorization: `Bearer ${env['SUPABASE_SERVICE_KEY']}` };
  const json = { ...headers, 'content-type': 'application/json' };
  await fetch(`${direct}/bucket`, { method: 'POST', headers: json, body: '{"name":"bench","public":true}' });
  await put(`${direct}/object/bench/small`, headers, 1024);
  const rows: Row[] = [];
  // Code that has run once is not what a large file costs.
  await put(`${through}/object/bench/small`, headers, 1024);
  await byGraphQL(gateway.url, headers, 1024);
  await byTus(through, headers, through, 1024);
  const idle = residentMegabytes(gateway.pid);
  let peak = idle;
  const watch = setInterval(() => {
    peak = Math.max(peak, residentMegabytes(gateway.pid));
  }, 50);

  const ways: [string, () => Promise<void>, () => Promise<void>][] = [
    [
      'upload by PUT',
      () => put(`${through}/object/bench/a`, headers, size),
      () => put(`${direct}/object/bench/a`, headers, size),
    ],
    [
      'upload by `uploadFile`',
      () => byGraphQL(gateway.url, headers),
      () => put(`${direct}/object/bench/b`, headers, size),
    ],
    ['upload by TUS', () => byTus(through, headers, through), () => byTus(direct, headers, direct)],
    [
      'download',
      () => get(`${through}/object/bench/a`, headers),
      () => get(`${direct}/object/bench/a`, headers),
    ],
  ];
  for (const [name, ours, theirs] of ways) {
    const seconds = await inTurns({ ours: timed(ours), theirs: timed(theirs) }, rounds);
    const rate = (time: number): string => (size / 1024 ** 2 / time).toFixed(0);
    rows.push({
      measure: name,
      against: 'straight to the storage server',
      goal: '>= 0.85',
      result: `${(seconds.theirs / seconds.ours).toFixed(2)} (${rate(seconds.ours)} against ${rate(seconds.theirs)} MB/s)`,
    });
  }
  clearInterval(watch);
  rows.push({
    measure: 'growth of resident memory during them',
    against: 'idle, after a small file each way',
    goal: '<= 40 MB',
    result: `${(peak - idle).toFixed(0)} MB (${idle.toFixed(0)} to ${peak.toFixed(0)})`,
  });
  const load = (url: string) => () =>
    requestsPerSecond({
      url: `${url}/object/public/bench/small`,
      method: 'GET',
      connections: 50,
      seconds: 4,
    });
  const small = await inTurns({ ours: load(through), theirs: load(direct) }, rounds);
  rows.push({
    measure: 'download of 1 KB, 50 connections',
    against: 'straight to the storage server',
    goal: '>= 0.6',
    result: `${(small.ours / small.theirs).toFixed(2)} (${small.ours.toFixed(0)} against ${small.theirs.toFixed(0)} req/s)`,
  });
  rows.push(await signing(direct, env, headers));
  return rows;
}

const timed = (work: () => Promise<void>) => async (): Promise<number> => {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
};

function expectStatus(actual: number, ...allowed: number[]): void {
  if (!allowed.includes(actual)) throw new Error(`answered ${actual}`);
}

async function put(url: string, headers: Record<string, string>, bytes: number): Promise<void> {
  expectStatus((await transfer({ url, method: 'PUT', headers, bytes })).status, 200);
}

async function get(url: string, headers: Record<string, string>): Promise<void> {
  const { status, received } = await transfer({ url, method: 'GET', headers });
  expectStatus(status, 200);
  if (received !== size) throw new Error(`${received} bytes came`);
}

async function byGraphQL(url: string, headers: Record<string, string>, bytes = size): Promise<void> {
  const query = gql(
    `mutation ($file: File!) { uploadFile(input: { bucket: "bench", path: "b", upsert: true, file: $file }) { size } }`,
  );
  const field = (name: string, value: string): string =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const head =
    field('operations', JSON.stringify({ query, variables: { file: null } })) +
    field('map', '{"0":["variables.file"]}') +
    '--b\r\nContent-Disposition: form-data; name="0"; filename="f"\r\n\r\n';
  const { status } = await transfer({
    url: `${url}/graphql`,
    method: 'POST',
    headers: { ...headers, 'x-graphql-yoga-csrf': '1', 'content-type': 'multipart/form-data; boundary=b' },
    bytes,
    around: [head, '\r\n--b--\r\n'],
  });
  expectStatus(status, 200);
}

async function byTus(
  root: string,
  headers: Record<string, string>,
  origin: string,
  bytes = size,
): Promise<void> {
  const tus = { ...headers, 'tus-resumable': '1.0.0' };
  const name = (text: string): string => Buffer.from(text).toString('base64');
  const made = await transfer({
    url: `${root}/upload/resumable`,
    method: 'POST',
    headers: {
      ...tus,
      'x-upsert': 'true',
      'upload-length': String(bytes),
      'upload-metadata': `bucketName ${name('bench')},objectName ${name('c')}`,
    },
  });
  expectStatus(made.status, 201);
  const url = `${origin}/upload/resumable/${made.location.split('/').at(-1)}`;
  for (let offset = 0; offset < bytes; offset += part) {
    const { status } = await transfer({
      url,
      method: 'PATCH',
      headers: { ...tus, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
      bytes: Math.min(part, bytes - offset),
    });
    expectStatus(status, 204);
  }
}

/** How many requests reach the storage server for a hundred signed URLs in one query. */
async function signing(
  direct: string,
  env: Record<string, string>,
  headers: Record<string, string>,
): Promise<Row> {
  const seen: string[] = [];
  const { hostname, port } = new URL(direct);
  const counter = createServer((incoming, response) => {
    seen.push(incoming.url ?? '');
    const { method, url: path } = incoming;
    const onward = httpRequest({
      hostname,
      port,
      method,
      path,
      headers: { ...incoming.headers, host: 'localhost' },
    });
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => counter.listen(0, '127.0.0.1', resolve));
  const address = counter.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const gateway = await startGateway({
    ...env,
    STORAGE_URL: url,
    HOST: '127.0.0.1',
    PUBLIC_URL: 'http://127.0.0.1:1',
  });
  try {
    for (let index = 0; index < 100; index += 1)
      await put(`${direct}/object/bench/many/${index}`, headers, 10);
    seen.length = 0;
    const answer = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({
        query: gql(
          `{ files(bucket: "bench", prefix: "many/") { nodes { ... on StoredFile { signedUrl } } } }`,
        ),
      }),
    });
    expectStatus(answer.status, 200);
    const signed = seen.filter((path) => path.startsWith('/object/sign/')).length;
    return {
      measure: '100 signed URLs in one query',
      against: '100 single calls',
      goal: '1 request to the service',
      result: `${signed} request`,
    };
  } finally {
    await gateway.stop();
    counter.close();
    counter.closeAllConnections();
  }
}
