/** Follows the frames that go one way on a WebSocket, without looking into them. */
export interface FrameBoundary {
  pass(chunk: Buffer): void;
  /** True when no frame is half sent and none said that it was the last: another one may follow. */
  readonly takesFrame: boolean;
}

const closeOpcode = 0x8;

export function createFrameBoundary(): FrameBoundary {
  let header: number[] = [];
  let payload = 0;
  let closed = false;
  return {
    pass(chunk) {
      let at = 0;
      while (at < chunk.length) {
        if (payload > 0) {
          const part = Math.min(payload, chunk.length - at);
          payload -= part;
          at += part;
          continue;
        }
        header.push(chunk.readUInt8(at));
        at += 1;
        const length = payloadLength(header);
        if (length === undefined) continue;
        if (((header[0] ?? 0) & 0x0f) === closeOpcode) closed = true;
        header = [];
        payload = length;
      }
    },
    get takesFrame() {
      return header.length === 0 && payload === 0 && !closed;
    },
  };
}

/** Undefined while the header is not whole. */
function payloadLength(header: readonly number[]): number | undefined {
  const [, second] = header;
  if (second === undefined) return undefined;
  const short = second & 0x7f;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  const mask = (second & 0x80) === 0 ? 0 : 4;
  if (header.length < 2 + extended + mask) return undefined;
  if (extended === 0) return short;
  return header.slice(2, 2 + extended).reduce((length, byte) => length * 256 + byte, 0);
}
