import { z } from 'zod';
import type { KeyedWrite } from '../../../upstream/postgres/rows/run/write-rows.ts';
import type { KeyedCall } from '../../../viewer/idempotency-key.ts';
import type { DbAnswer } from './reading.ts';

const answerSchema = z.object({
  texts: z.array(z.string()),
  truncated: z.array(z.object({ index: z.number(), path: z.array(z.string()) })),
});

/** What is kept of an answer under a key: the same request finds its texts in the same places. */
export function keyedWrite({ key, replayed }: KeyedCall): KeyedWrite<DbAnswer> {
  return {
    key,
    toText: ({ texts, truncated }) => JSON.stringify({ texts, truncated }),
    fromText(text) {
      replayed();
      return answerSchema.parse(JSON.parse(text));
    },
  };
}
