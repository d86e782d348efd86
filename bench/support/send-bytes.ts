import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';

const chunk = Buffer.alloc(256 * 1024, 'x');

function* chunks(total: number): Generator<Buffer> {
  for (let sent = 0; sent < total; sent += chunk.length)
    yield chunk.subarray(0, Math.min(chunk.length, total - sent));
}

export interface Transfer {
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  /** Bytes to send; none when left out. */
  readonly bytes?: number;
  /** What goes before and behind the bytes, as in a multipart body. */
  readonly around?: readonly [string, string];
}

/** One exchange with a streamed body both ways; gives its headers and how many bytes came. */
export async function transfer({ url, method, headers, bytes = 0, around = ['', ''] }: Transfer) {
  const [head, tail] = around;
  function* body(): Generator<Buffer> {
    if (head !== '') yield Buffer.from(head);
    yield* chunks(bytes);
    if (tail !== '') yield Buffer.from(tail);
  }
  const length = Buffer.byteLength(head) + bytes + Buffer.byteLength(tail);
  return await new Promise<{ status: number; location: string; received: number }>((resolve, reject) => {
    const sending = httpRequest(
      url,
      { method, headers: { ...headers, ...(length > 0 ? { 'content-length': String(length) } : {}) } },
      (answer) => {
        let received = 0;
        answer.on('data', (piece: Buffer) => {
          received += piece.length;
        });
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, location: answer.headers.location ?? '', received }),
        );
      },
    );
    sending.on('error', reject);
    Readable.from(body()).pipe(sending);
  });
}
