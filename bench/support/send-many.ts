import { Agent, request } from 'node:http';

export interface ManyRequests {
  readonly url: string;
  /** Of the request with that number. */
  readonly body: (n: number) => string;
  readonly requests: number;
  readonly connections: number;
  /** One for all, or that of the request with that number. */
  readonly token: string | ((n: number) => string);
}

/** Sends them over so many connections; gives the seconds it took and the 99th percentile, in milliseconds. */
export async function sendMany(
  many: ManyRequests,
): Promise<{ readonly seconds: number; readonly p99: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: many.connections });
  const times: number[] = [];
  let next = 0;
  const started = performance.now();
  const sender = async (): Promise<void> => {
    while (next < many.requests) {
      const n = next;
      next += 1;
      const sent = performance.now();
      await send(agent, many.url, typeof many.token === 'string' ? many.token : many.token(n), many.body(n));
      times.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: many.connections }, sender));
  const seconds = (performance.now() - started) / 1_000;
  agent.destroy();
  times.sort((a, b) => a - b);
  return { seconds, p99: times[Math.floor(times.length * 0.99)] ?? Number.NaN };
}

/** Rejects where the answer has errors: its speed would mean nothing. */
function send(agent: Agent, url: string, token: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      authorization: `Bearer ${token}`,
    };
    const outgoing = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => {
        if (response.statusCode === 200 && !text.includes('"errors"')) resolve();
        else reject(new Error(`${url}: ${response.statusCode} ${text.slice(0, 500)}`));
      });
    });
    outgoing.on('error', reject).end(body);
  });
}
