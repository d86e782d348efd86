import { WebSocket } from 'ws';

/** A frame as it came: text is parsed, `raw` keeps what JSON.parse would round. */
export interface Frame {
  readonly raw: string;
  readonly binary: Buffer | undefined;
  readonly joinRef: unknown;
  readonly ref: unknown;
  readonly topic: unknown;
  readonly event: unknown;
  readonly payload: Record<string, unknown>;
}

export interface PhoenixSocket extends Disposable {
  readonly frames: Frame[];
  readonly closed: Promise<number>;
  send(frame: unknown): void;
  sendRaw(frame: string | Uint8Array): void;
  /** The first frame, seen or still to come, that fits. */
  next(fits: (frame: Frame) => boolean): Promise<Frame>;
}

/** A bare socket of Realtime's wire, for what an official client would hide. */
export async function connectPhoenix(
  url: string,
  key: string,
  vsn: '1.0.0' | '2.0.0' = '2.0.0',
  headers: Record<string, string> = {},
): Promise<PhoenixSocket> {
  const ws = new WebSocket(`${url.replace('http', 'ws')}/socket/websocket?vsn=${vsn}&apikey=${key}`, {
    headers,
  });
  const frames: Frame[] = [];
  const waiting = new Set<() => void>();
  ws.on('message', (data, isBinary) => {
    frames.push(toFrame(Buffer.isBuffer(data) ? data : Buffer.alloc(0), isBinary, vsn));
    for (const wake of waiting) wake();
  });
  const closed = new Promise<number>((resolve) => ws.once('close', resolve));
  await new Promise<void>((resolve, reject) => {
    ws.once('open', resolve);
    ws.once('error', reject);
    ws.once('unexpected-response', (_request, response) => {
      reject(Object.assign(new Error(`status ${response.statusCode}`), { status: response.statusCode }));
    });
  });
  ws.on('error', () => undefined);
  return {
    frames,
    closed,
    send: (frame) => ws.send(JSON.stringify(frame)),
    sendRaw: (frame) => ws.send(frame),
    next: (fits) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('no such frame came')), 10_000);
        const look = () => {
          const found = frames.find(fits);
          if (found === undefined) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    [Symbol.dispose]: () => ws.terminate(),
  };
}

function toFrame(data: Buffer, isBinary: boolean, vsn: string): Frame {
  const nothing = { joinRef: null, ref: null, topic: null, event: null, payload: {} };
  if (isBinary) return { ...nothing, raw: '', binary: data };
  const raw = data.toString('utf8');
  const parsed = JSON.parse(raw);
  const [joinRef, ref, topic, event, payload] =
    vsn === '2.0.0' ? parsed : [null, parsed.ref, parsed.topic, parsed.event, parsed.payload];
  return { raw, binary: undefined, joinRef, ref, topic, event, payload };
}
