import { expect, test } from 'vitest';
import { createFrameBoundary } from '../../../../src/modules/realtime/frame-boundary.ts';

function frame(opcode: number, length: number): Buffer {
  const first = 0x80 | opcode;
  if (length < 126) return Buffer.concat([Buffer.from([first, length]), Buffer.alloc(length, 0x88)]);
  const header = Buffer.alloc(length < 65_536 ? 4 : 10);
  header[0] = first;
  header[1] = length < 65_536 ? 126 : 127;
  if (length < 65_536) header.writeUInt16BE(length, 2);
  else header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, Buffer.alloc(length, 0x88)]);
}

test.each([0, 1, 125, 126, 300, 65_535, 65_536])('a frame of %d bytes ends where it ends', (length) => {
  const bytes = frame(1, length);
  for (const at of [1, 2, 3, bytes.length - 1].filter((each) => each > 0 && each < bytes.length)) {
    const boundary = createFrameBoundary();
    expect(boundary.takesFrame).toBe(true);
    boundary.pass(bytes.subarray(0, at));
    expect([at, boundary.takesFrame]).toEqual([at, false]);
    boundary.pass(bytes.subarray(at));
    expect([at, boundary.takesFrame]).toEqual([at, true]);
  }
});

test('finds the end of the last of many frames, byte by byte and all at once', () => {
  const bytes = Buffer.concat([frame(1, 5), frame(9, 0), frame(2, 200), frame(1, 70_000), frame(10, 3)]);
  const whole = createFrameBoundary();
  whole.pass(bytes);
  const single = createFrameBoundary();
  for (const byte of bytes) single.pass(Buffer.of(byte));
  expect([whole.takesFrame, single.takesFrame]).toEqual([true, true]);
});

test('nothing follows a close frame', () => {
  const boundary = createFrameBoundary();
  boundary.pass(frame(8, 2));
  expect(boundary.takesFrame).toBe(false);
});
