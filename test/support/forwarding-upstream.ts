import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { Transform } from 'node:stream';
import { type ListeningServer, listen } from './listening-server.ts';

/** What becomes of the next requests once `after` bytes have gone one way. */
interface HalfWay {
  readonly after: number;
  readonly of: 'request' | 'response';
  /** The connections break, or the service answers this status although more would come. */
  readonly outcome: 'break' | number;
}

export interface ForwardingUpstream extends ListeningServer {
  /** Undefined heals. */
  failHalfWay(fault: HalfWay | undefined): void;
  /** Connections that are open. */
  connections(): Promise<number>;
}

/** Stands before a real service: sees every request, and can fail in the middle of one. */
export async function forwardTo(target: string): Promise<ForwardingUpstream> {
  const { hostname, port } = new URL(target);
  let fault: HalfWay | undefined;

  function fail(outcome: HalfWay['outcome'], incoming: IncomingMessage, answer: ServerResponse): void {
    if (outcome === 'break') {
      incoming.socket.destroy();
      return;
    }
    // Read to its end, as Storage does with an upload that it has refused.
    incoming.unpipe();
    incoming.resume();
    answer.writeHead(outcome, { 'content-type': 'application/json' }).end('{}');
  }

  const server = await listen((incoming, answer) => {
    const { method, url, headers } = incoming;
    const present = fault;
    const outgoing = httpRequest({ hostname, port, method, path: url, headers, agent: false });
    const limited = (of: HalfWay['of']) =>
      upTo(present?.of === of ? present.after : Number.POSITIVE_INFINITY, () => {
        outgoing.destroy();
        if (present) fail(present.outcome, incoming, answer);
      });
    // Its end is told to the other side by closing that too.
    outgoing.on('error', () => undefined);
    incoming.socket.once('close', () => outgoing.destroy());
    outgoing.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.on('error', () => undefined);
      response.pipe(limited('response')).pipe(answer);
    });
    incoming.pipe(limited('request')).pipe(outgoing);
  });
  return {
    ...server,
    failHalfWay(next) {
      fault = next;
    },
    connections: () =>
      new Promise((resolve, reject) => {
        server.server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
      }),
  };
}

/** Passes bytes on until there were `limit` of them, then calls `reached` and passes no more. */
function upTo(limit: number, reached: () => void): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen < limit) return done(null, chunk);
      reached();
    },
  });
}
