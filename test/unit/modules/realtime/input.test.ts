import { describe, expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import { argumentError } from '../../../../src/graphql/kit/input.ts';
import {
  broadcastInput,
  broadcastsInput,
  changesInput,
  presenceInput,
} from '../../../../src/modules/realtime/client/checks/input.ts';
import type { RealtimeClient } from '../../../../src/modules/realtime/client/client.ts';

const room = { channel: 'room', private: false };
const message = { ...room, event: 'hi', payload: {} };
const changes = { schema: 'public', table: 'todos', resyncOnStart: false };

function refusal(schema: z.ZodType, value: unknown) {
  const { error } = schema.safeParse(value);
  return error && argumentError(error);
}

describe('input of Realtime', () => {
  test.each<[string, z.ZodType, object, string]>([
    ['channel', broadcastsInput, { ...room, channel: '' }, 'It is empty.'],
    ['channel', broadcastsInput, { ...room, channel: 'é'.repeat(101) }, 'It is longer than 200 bytes.'],
    ['channel', presenceInput, { ...room, channel: 'a\0' }, 'It holds a NUL character.'],
    ['event', broadcastsInput, { ...room, event: '' }, 'It is empty.'],
    ['event', broadcastInput, { ...message, event: 'x'.repeat(256) }, 'It is longer than 255 bytes.'],
    ['payload', broadcastInput, { ...message, payload: [] }, 'It must be an object.'],
    ['payload', broadcastInput, { ...message, payload: null }, 'It must be an object.'],
    ['track', presenceInput, { ...room, track: 'text' }, 'It must be an object.'],
    ['schema', changesInput, { ...changes, schema: '' }, 'It is empty.'],
    ['table', changesInput, { ...changes, table: 'x'.repeat(64) }, 'It is longer than 63 bytes.'],
    ['filter', changesInput, { ...changes, filter: '' }, 'A condition is empty.'],
    [
      'filter',
      changesInput,
      { ...changes, filter: `id=in.(${','.repeat(16_384)})` },
      'It is longer than 16384 bytes.',
    ],
    ['filter', changesInput, { ...changes, table: null, filter: 'id=eq.1' }, 'A filter needs a table.'],
  ])('names %s as what is wrong', (name, schema, value, fault) => {
    expect(refusal(schema, value)).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: `${name}: ${fault}`,
      details: { issues: [{ path: [name], message: fault }] },
    });
  });

  test('says all that is wrong', () => {
    const error = refusal(broadcastInput, { channel: '', private: false, event: '', payload: 5 });
    expect(error).toMatchObject({
      details: { issues: [{ path: ['channel'] }, { path: ['event'] }, { path: ['payload'] }] },
    });
  });

  test('takes null for what is left out', () => {
    const nothing = { table: null, event: null, filter: null };
    expect(changesInput.parse({ ...changes, ...nothing })).toEqual({
      schema: 'public',
      resyncOnStart: false,
    });
    expect(presenceInput.parse({ ...room, key: null, track: null })).toEqual(room);
  });

  test('hands a payload on as it is, whatever its names', () => {
    const payload: unknown = JSON.parse('{"__proto__":1,"a":[null]}');
    expect(broadcastInput.parse({ ...message, payload }).payload).toBe(payload);
    expect(presenceInput.parse({ ...room, track: payload }).track).toBe(payload);
  });

  test('is refused at once, however long', () => {
    const long = 'x'.repeat(1_000_000);
    for (const value of [long, '('.repeat(1_000_000), '\\'.repeat(1_000_000), '='.repeat(1_000_000)]) {
      expect(refusal(broadcastInput, { ...message, channel: value, event: value })).toBeDefined();
      expect(refusal(changesInput, { ...changes, schema: value, table: value, filter: value })).toBeDefined();
    }
  });

  test('has a type: an entry and a payload are objects of JSON', () => {
    // Never run: that it compiles is the test.
    const misspelt = (client: RealtimeClient, call: Parameters<RealtimeClient['presence']>[1]) => {
      // @ts-expect-error no JSON
      void client.presence({ ...room, track: { at: new Date() } }, call);
      // @ts-expect-error no object
      void client.sendBroadcast({ ...message, payload: 5 }, call);
      // @ts-expect-error there is no tabel
      void client.changes({ ...changes, tabel: 'todos' }, call);
    };
    expectTypeOf(misspelt).toBeFunction();
  });
});
