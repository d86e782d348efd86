import { describe, expect, it } from 'vitest';
import { createMessageFilter } from '../../../src/upstream/postgres/message-filter.ts';

const message = (letter: string, body: string | Buffer): Buffer => {
  const bytes = Buffer.from(body);
  const head = Buffer.alloc(5, letter);
  head.writeUInt32BE(bytes.length + 4, 1);
  return Buffer.concat([head, bytes]);
};
const longReport = Buffer.from(`SERROR\0C08006\0M${'x'.repeat(70_000)}\0Hhint\0\0`);
const cutReport = Buffer.concat([longReport.subarray(0, 65_536), Buffer.from('\0\0')]);

/** A stream with one of everything, and what is to be left of it. */
const given: [Buffer, Buffer][] = [
  [message('T', 'columns'), message('T', 'columns')],
  [message('D', 'fits'), message('D', 'fits')],
  [message('D', 'y'.repeat(200)), Buffer.alloc(0)],
  [message('D', 'fits'), message('D', 'fits')],
  [message('N', longReport), message('N', cutReport)],
  [message('D', 'y'.repeat(200)), Buffer.alloc(0)],
  [message('D', 'y'.repeat(201)), Buffer.alloc(0)],
  [message('C', 'INSERT 0 1\0'.repeat(30)), message('C', 'INSERT 0 1\0'.repeat(30))],
  [message('E', longReport), message('E', cutReport)],
  [message('1', ''), message('1', '')],
  [message('Z', 'I'), message('Z', 'I')],
];
const stream = Buffer.concat(given.map(([sent]) => sent));
const wanted = Buffer.concat(given.map(([, left]) => left));

describe('what of the messages of Postgres is handed on', () => {
  it.each([1, 2, 3, 7, 100, 4_096, 65_541, 1_000_000])('is the same in pieces of %d bytes', (size) => {
    const filter = createMessageFilter();
    filter.rowLimit = 100;
    const parts: Buffer[] = [];
    for (let at = 0; at < stream.length; at += size) parts.push(filter.pass(stream.subarray(at, at + size)));
    expect(Buffer.concat(parts).equals(wanted)).toBe(true);
    expect(filter.rowsLeftOut).toBe(3);
  });

  it('is the piece itself where nothing is left out', () => {
    const filter = createMessageFilter();
    const piece = Buffer.concat([message('D', 'y'.repeat(200)), message('Z', 'I')]);
    expect(filter.pass(piece)).toBe(piece);
  });
});
