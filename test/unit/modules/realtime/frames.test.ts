import { expect, test } from 'vitest';
import {
  decodeBinary,
  decodeText,
  encodeFrame,
  encodeUserBroadcast,
} from '../../../../src/modules/realtime/client/socket/frames.ts';

test('writes the five parts in the order of protocol 2.0.0', () => {
  const frame = { joinRef: null, ref: '26', topic: 'phoenix', event: 'heartbeat', payload: {} };
  expect(encodeFrame(frame)).toBe('[null,"26","phoenix","heartbeat",{}]');
});

test('keeps the digits of numbers a double cannot hold', () => {
  const frame = decodeText(
    '[null,null,"realtime:a","x",{"id":9007199254740993,"n":123456789012345678.123456789}]',
  );
  expect(frame?.payload).toEqual({ id: '9007199254740993', n: '123456789012345678.123456789' });
});

test('offers numbers as text where a fraction ends in zero', () => {
  const frame = decodeText('[null,null,"realtime:a","x",{"n":1.50,"text":"2.50, \\"3.0\\"","i":7}]');
  expect(frame?.payload['n']).toBe(1.5);
  expect(frame?.exactPayload?.()).toEqual({ n: '1.50', text: '2.50, "3.0"', i: '7' });
});

test.each([
  ['not JSON', '{"a":'],
  ['an object', '{"topic":"a"}'],
  ['too few parts', '[null,null,"a","b"]'],
  ['a topic that is no text', '[null,null,1,"b",{}]'],
  ['a reference that is no text', '[1,null,"a","b",{}]'],
  ['nothing', ''],
])('takes %s for no frame and throws nothing', (_name, text) => {
  expect(decodeText(text)).toBeUndefined();
});

test('reads a payload that is no object as an empty one', () => {
  expect(decodeText('[null,null,"a","b",[1]]')?.payload).toEqual({});
});

test('writes a user broadcast push as the documented bytes', () => {
  const bytes = encodeUserBroadcast(
    { joinRef: '10', ref: '1', topic: 'realtime:chat-room' },
    'user-event',
    '{"a":1}',
  );
  expect([...bytes.subarray(0, 7)]).toEqual([3, 2, 1, 0x12, 0x0a, 0, 1]);
  expect(bytes.subarray(7).toString()).toBe('101realtime:chat-roomuser-event{"a":1}');
});

function kind4(payload: Buffer, encoding: number, meta = ''): Buffer {
  const topic = 'realtime:room';
  const head = Buffer.from([4, topic.length, 6, meta.length, encoding]);
  return Buffer.concat([head, Buffer.from(`${topic}cursor${meta}`), payload]);
}

test('reads a binary user broadcast with JSON and its meta', () => {
  const frame = decodeBinary(kind4(Buffer.from('{"id":9007199254740993}'), 1, '{"id":"m1"}'));
  expect(frame).toMatchObject({
    topic: 'realtime:room',
    event: 'broadcast',
    payload: { event: 'cursor', payload: { id: '9007199254740993' }, meta: { id: 'm1' } },
  });
});

test('hands raw bytes of a binary broadcast out as base64', () => {
  expect(decodeBinary(kind4(Buffer.from([0, 255]), 0))?.payload['payload']).toBe('AP8=');
});

test.each([
  ['an unknown kind', Buffer.from([9, 1, 1, 0, 1, 65, 66])],
  ['lengths beyond the data', Buffer.from([4, 200, 1, 0, 1, 65])],
  ['an empty frame', Buffer.alloc(0)],
])('takes %s for no frame', (_name, bytes) => {
  expect(decodeBinary(bytes)).toBeUndefined();
});

test('takes a broken body for a message of its topic, because its sender made it', () => {
  expect(decodeBinary(kind4(Buffer.from('{'), 1))).toMatchObject({ topic: 'realtime:room', payload: {} });
});
