import type { Socket } from 'node:net';

/** Letters of the messages whose length a statement decides. */
const dataRow = 0x44;
const errorResponse = 0x45;
const noticeResponse = 0x4e;

/** A message's letter and its length. */
const headBytes = 5;

/** Errors and notices are cut to this. Everything that says what kind they are comes first in them. */
const longestReport = 64 * 1024;

export interface MessageFilter {
  /** Rows with more bytes than this are left out. */
  rowLimit: number;
  /** How many rows were left out so far. */
  readonly rowsLeftOut: number;
  /** What is to be handed on of the next piece of the server's stream; the piece itself as long as all of it is. */
  pass(piece: Buffer): Buffer;
}

/**
 * Bounds what one message of Postgres can cost: the driver holds each of them whole, and a statement can make a row, a
 * notice or an error of a gigabyte. Giving up the connection instead would lose the answer to what was done.
 */
export function createMessageFilter(): MessageFilter {
  let held = Buffer.alloc(0);
  let passing = 0;
  let dropping = 0;
  let ending = false;
  let rowsLeftOut = 0;

  const filter = {
    rowLimit: Number.POSITIVE_INFINITY,
    get rowsLeftOut() {
      return rowsLeftOut;
    },
    pass(piece: Buffer): Buffer {
      const all = held.length === 0 ? piece : Buffer.concat([held, piece]);
      held = Buffer.alloc(0);
      const parts: Buffer[] = [];
      // Where the stretch begins that goes on unchanged.
      let from = 0;
      let at = 0;
      const leaveOut = (to: number): void => {
        if (at > from) parts.push(all.subarray(from, at));
        at = to;
        from = to;
      };
      while (at < all.length) {
        const left = all.length - at;
        if (passing > 0) {
          const step = Math.min(passing, left);
          at += step;
          passing -= step;
        } else if (ending) {
          leaveOut(at);
          parts.push(reportEnd);
          ending = false;
        } else if (dropping > 0) {
          const step = Math.min(dropping, left);
          leaveOut(at + step);
          dropping -= step;
        } else if (left < headBytes) {
          held = Buffer.from(all.subarray(at));
          leaveOut(all.length);
        } else {
          const letter = all[at];
          const length = Math.max(0, all.readUInt32BE(at + 1) - 4);
          const isReport = letter === errorResponse || letter === noticeResponse;
          if (letter === dataRow && length > filter.rowLimit) {
            rowsLeftOut += 1;
            dropping = length;
            leaveOut(at + headBytes);
          } else if (isReport && length > longestReport) {
            passing = longestReport;
            dropping = length - longestReport;
            ending = true;
            leaveOut(at + headBytes);
            parts.push(reportHead(letter));
          } else {
            passing = length;
            at += headBytes;
          }
        }
      }
      if (from === 0) return all;
      if (at > from) parts.push(all.subarray(from, at));
      return Buffer.concat(parts);
    },
  };
  return filter;
}

/** The end of the field that was cut, and of the message. */
const reportEnd = Buffer.from([0, 0]);

function reportHead(letter: number): Buffer {
  const head = Buffer.alloc(headBytes, letter);
  head.writeUInt32BE(4 + longestReport + reportEnd.length, 1);
  return head;
}

/** Has everybody who reads from `socket` see what `filter` passes. Drivers take sockets alone, no other stream. */
export function filterMessages(
  socket: Socket,
  filter: MessageFilter,
  onReceived: (bytes: number) => void,
): void {
  const emit = socket.emit.bind(socket);
  socket.emit = (event: string | symbol, ...values: unknown[]): boolean => {
    const [piece] = values;
    if (event !== 'data' || !Buffer.isBuffer(piece)) return emit(event, ...values);
    const passed = filter.pass(piece);
    if (passed.length === 0) return true;
    const heard = emit('data', passed);
    onReceived(passed.length);
    return heard;
  };
}
