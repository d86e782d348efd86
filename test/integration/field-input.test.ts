import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createBuilder } from '../../src/graphql/kit/create-builder.ts';
import { checkedBy, followedBy } from '../../src/graphql/kit/input.ts';
import { AppError } from '../../src/lib/app-error.ts';
import { type EngineGateway, startEngineGateway } from '../support/engine-gateway.ts';
import { askForEvents } from '../support/event-stream.ts';
import { hmacToken, userClaims } from '../support/tokens.ts';

const length = z
  .string()
  .max(5, 'is too long')
  .transform((text) => text.trim());

let checks = 0;
const counted = z.string().transform((text) => {
  checks += 1;
  return text.toUpperCase();
});

function makeSchema() {
  const builder = createBuilder();
  const note = builder.inputRef<{ text: string }, false>('NoteInput').implement({
    validate: { schema: z.object({ text: length }) },
    fields: (t) => ({ text: t.string({ required: true }) }),
  });
  const auth = { requires: 'AUTHENTICATED' } as const;
  builder.queryFields((t) => ({
    read: t.string({
      nullable: true,
      directives: { auth },
      args: { text: t.arg.string({ required: true }) },
      ...checkedBy(z.object({ text: length }), ({ text }) => `<${text}>`),
    }),
    tooLarge: t.string({
      nullable: true,
      directives: { auth },
      args: { text: t.arg.string({ required: true }) },
      ...checkedBy(
        z.object({
          text: z.string().transform((): string => {
            throw new AppError('PAYLOAD_TOO_LARGE', 'Too large.');
          }),
        }),
        ({ text }) => text,
      ),
    }),
  }));
  builder.mutationField('write', (t) =>
    t.string({
      nullable: true,
      directives: { auth, rateLimit: { limit: 2, window: '1h' } },
      args: { input: t.arg({ type: note, required: true }) },
      resolve: (_root, { input }) => `<${input.text}>`,
    }),
  );
  builder.subscriptionField('follow', (t) =>
    t.string({
      nullable: true,
      directives: { auth },
      args: { input: t.arg({ type: note, required: true }) },
      async *subscribe(_root, { input }) {
        yield input.text;
      },
      resolve: (text) => text,
    }),
  );
  builder.subscriptionField('spell', (t) =>
    t.string({
      nullable: true,
      directives: { auth },
      args: { text: t.arg.string({ required: true }) },
      ...followedBy(z.object({ text: counted }), async function* ({ text }) {
        yield* text;
      }),
      resolve: (letter) => letter,
    }),
  );
  return builder.toSchema();
}

const schema = makeSchema();

describe('the check of arguments', () => {
  let gateway: EngineGateway;
  beforeAll(async () => {
    gateway = await startEngineGateway({ forEverybody: () => schema });
  });
  afterAll(async () => await gateway[Symbol.asyncDispose]());

  const ask = async (query: string, token?: string) => {
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query }),
    });
    return JSON.parse(await response.text());
  };
  const codes = async (query: string, token?: string) =>
    (await ask(query, token)).errors?.map((error: { extensions: { code: string } }) => error.extensions.code);
  const user = hmacToken(userClaims());

  it('gives the resolver what it made of them', async () => {
    expect(await ask('{ read(text: " a ") }', user)).toEqual({ data: { read: '<a>' } });
  });

  it('comes after access and rate limit, whose refusals say nothing of them', async () => {
    const write = 'mutation { write(input: { text: "too long" }) }';
    expect(await codes(write)).toEqual(['UNAUTHENTICATED']);
    expect(await codes(write, user)).toEqual(['BAD_USER_INPUT']);
    expect((await ask('mutation { write(input: { text: " a " }) }', user)).data).toEqual({ write: '<a>' });
    expect(await codes(write, user)).toEqual(['RATE_LIMITED']);
  });

  it('says what is wrong, and where', async () => {
    const { errors } = await ask('{ read(text: "too long") }', user);
    expect(errors).toMatchObject([
      {
        message: 'text: is too long',
        path: ['read'],
        extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['text'], message: 'is too long' }] },
      },
    ]);
  });

  it('comes before a subscription begins', async () => {
    expect(await codes('subscription { follow(input: { text: "too long" }) }', user)).toEqual([
      'BAD_USER_INPUT',
    ]);
  });

  it('comes once for a subscription, whatever the number of its events', async () => {
    const response = await askForEvents(gateway.url, user, { query: 'subscription { spell(text: "abc") }' });
    const letters = [...(await response.text()).matchAll(/"spell":"(.)"/g)].map(([, letter]) => letter);
    expect(letters).toEqual(['A', 'B', 'C']);
    expect(checks).toBe(1);
  });

  it('may refuse with a code of its own', async () => {
    expect(await codes('{ tooLarge(text: "a") }', user)).toEqual(['PAYLOAD_TOO_LARGE']);
  });
});
