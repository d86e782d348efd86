import { z } from 'zod';
import { given } from '../../../../lib/given.ts';
import { isJsonObject, type JsonObject } from '../../../../lib/json-object.ts';
import { FilterFault, parseFilter } from './filter.ts';

/** Longest name of Postgres, in bytes. */
const longestName = 63;
/** Leaves room for `realtime:` in the one length byte of a binary frame. */
const longestRoom = 200;
const longestEvent = 255;
/** It is read character by character, twice, for anybody who asks. A list of it has at most 100 values. */
const longestFilter = 16_384;

const within = (schema: z.ZodString, longest: number) =>
  schema.refine((value) => Buffer.byteLength(value) <= longest, {
    error: `It is longer than ${longest} bytes.`,
    abort: true,
  });

const text = (longest: number) =>
  within(z.string().min(1, 'It is empty.'), longest).refine(
    (value) => !value.includes('\0'),
    'It holds a NUL character.',
  );

// Taken as it is: a copy by zod would cost as much as it is large, and lose a name such as __proto__.
const object = z.custom<JsonObject>(isJsonObject, 'It must be an object.');

const filter = within(z.string(), longestFilter).superRefine((value, context) => {
  try {
    parseFilter(value);
  } catch (error) {
    if (!(error instanceof FilterFault)) throw error;
    context.addIssue(error.message);
  }
});

const changeEvents = ['INSERT', 'UPDATE', 'DELETE'] as const;
export type ChangeEvent = (typeof changeEvents)[number];

/** Which row changes somebody wants. */
export const changesInput = z
  .object({
    schema: text(longestName),
    table: given(text(longestName)).optional(),
    event: given(z.enum(changeEvents)).optional(),
    filter: given(filter).optional(),
    /** A RESYNC as soon as changes flow. */
    resyncOnStart: z.boolean(),
  })
  .refine((spec) => spec.filter === undefined || spec.table !== undefined, {
    error: 'A filter needs a table.',
    path: ['filter'],
  });
export type ChangesSpec = Readonly<z.infer<typeof changesInput>>;

const room = z.object({ channel: text(longestRoom), private: z.boolean() });
export type RoomSpec = Readonly<z.infer<typeof room>>;

export const broadcastsInput = room.extend({ event: given(text(longestEvent)).optional() });
export type BroadcastsSpec = Readonly<z.infer<typeof broadcastsInput>>;

/** `track` is what others see of the caller; who leaves it out only watches. */
export const presenceInput = room.extend({
  key: given(z.string()).optional(),
  track: given(object).optional(),
});
export type PresenceSpec = Readonly<z.infer<typeof presenceInput>>;

export const broadcastInput = room.extend({ event: text(longestEvent), payload: object });
export type BroadcastMessage = Readonly<z.infer<typeof broadcastInput>>;
