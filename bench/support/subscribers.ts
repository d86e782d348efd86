import { WebSocket } from 'ws';

export interface Subscribers {
  /** Messages of the subscriptions received so far, all sockets together. */
  readonly received: number;
  /** The last one, as it came. */
  readonly sample: string;
  /** Resolves when `count` have been received in all; with the time of the first after the call, and of the last. */
  until(count: number): Promise<{ first: number; last: number }>;
  close(): Promise<void>;
}

/** Opens sockets that speak graphql-transport-ws and follow one operation each, counting without parsing. */
export async function openSubscribers(options: {
  readonly url: string;
  readonly count: number;
  /** The operation of the socket with this number. */
  readonly query: (n: number) => string;
  /** Whose socket it is; nobody's when left out. */
  readonly token?: (n: number) => string;
}): Promise<Subscribers> {
  const sockets: WebSocket[] = [];
  let received = 0;
  let sample = '';
  let first = 0;
  let wanted = Number.POSITIVE_INFINITY;
  let done: (last: number) => void = () => undefined;

  const open = () =>
    new Promise<void>((resolve, reject) => {
      const query = options.query(sockets.length);
      const token = options.token?.(sockets.length);
      const init = {
        type: 'connection_init',
        ...(token === undefined ? {} : { payload: { authorization: `Bearer ${token}` } }),
      };
      const ws = new WebSocket(options.url, 'graphql-transport-ws', { perMessageDeflate: false });
      sockets.push(ws);
      ws.once('error', reject);
      ws.once('open', () => ws.send(JSON.stringify(init)));
      ws.once('message', () => {
        ws.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
        ws.on('message', (data: Buffer) => {
          // Ours and graphql-ws' pings are no deliveries.
          if (data.length < 40) return;
          received += 1;
          if (first === 0) first = performance.now();
          if (received === 1) sample = data.toString('utf8');
          if (received >= wanted) done(performance.now());
        });
        resolve();
      });
    });
  // In lots: a listener's backlog is finite.
  for (let opened = 0; opened < options.count; opened += 100) {
    await Promise.all(Array.from({ length: Math.min(100, options.count - opened) }, open));
  }

  return {
    get received() {
      return received;
    },
    get sample() {
      return sample;
    },
    async until(count) {
      first = 0;
      wanted = count;
      const last =
        received >= count
          ? performance.now()
          : await new Promise<number>((resolve) => {
              done = resolve;
            });
      return { first, last };
    },
    async close() {
      await Promise.all(
        sockets.map(
          (ws) =>
            new Promise<void>((resolve) => {
              ws.once('close', () => resolve());
              ws.terminate();
            }),
        ),
      );
    },
  };
}

/** Resolves when `value` has stopped changing. */
export async function settled(value: () => number, before: number): Promise<void> {
  for (let last = before, same = 0; same < 3; ) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    same = value() === last ? same + 1 : 0;
    last = value();
  }
}
