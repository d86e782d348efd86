import { hash } from 'node:crypto';
import type { ExecutionResult } from 'graphql';
import { AppError } from '../../../lib/app-error.ts';
import { badInput } from '../../../lib/bad-input.ts';
import { notConfigured } from '../../../lib/not-configured.ts';
import { createPlaces } from '../../../lib/places.ts';
import type { Ending, IdempotencyStore } from '../../../upstream/postgres/idempotency/idempotency-store.ts';
import type { Call } from '../../../viewer/call.ts';
import type { IdempotencyKey } from '../../../viewer/idempotency-key.ts';
import type { RequestHeaders } from '../../../viewer/request-headers.ts';
import type { Viewer } from '../../../viewer/viewer.ts';
import type { OperationFacts } from '../document/operation-facts.ts';
import { endingOf } from './ending.ts';
import { readKey } from './given-key.ts';
import { asReplayed, resultOfText } from './kept-result.ts';

/** An operation with what came as its key. */
export interface KeyedOperation {
  readonly query: string;
  readonly facts: OperationFacts;
  readonly variables: { readonly given: Readonly<Record<string, unknown>> };
  readonly idempotencyKey?: unknown;
}

interface Running {
  /** What policies may know of the request. */
  readonly headers: RequestHeaders;
  /** Aborted when the caller has left. */
  readonly signal: AbortSignal;
  /** Executes the mutation; `own` is what its call has of its own. Gives the result that the caller gets. */
  readonly run: (own: Partial<Call>) => Promise<ExecutionResult>;
  /** Is told of a result that was kept. */
  readonly kept: (result: ExecutionResult) => void;
}

/** Has a mutation executed, or gives its caller the answer of the one before. */
export type Once = (running: Running) => Promise<ExecutionResult>;

/** Mutations of one caller, and of all, that run or wait under keys of their own. */
const mostOfOne = 100;
const mostOfAll = 10_000;

/**
 * What has mutations done once under the key that came with them; undefined where none did. Throws BAD_USER_INPUT for a
 * key that cannot count, and NOT_CONFIGURED where no answers can be kept: it never counts for nothing.
 */
export function createMutationsOnce(
  store: IdempotencyStore | undefined,
): (operation: KeyedOperation, viewer: Viewer) => Once | undefined {
  const places = createPlaces({ max: mostOfAll, maxPerClient: mostOfOne }, ['mutation']);

  /** The key is part of the transaction that the mutation is. */
  async function inTransaction(key: IdempotencyKey, { run }: Running): Promise<ExecutionResult> {
    let replays = false;
    const replayed = (): void => {
      replays = true;
    };
    const result = await run({ keyed: { key, replayed } });
    return replays ? asReplayed(result) : result;
  }

  /** It is written down before and after. The caller who leaves may ask for the answer, so it goes on without him. */
  async function startedFirst(
    keeper: IdempotencyStore,
    key: IdempotencyKey,
    { signal, run, kept }: Running,
  ): Promise<ExecutionResult> {
    const place = places.take('mutation', key.owner);
    if (place.free === undefined) throw tooMany(place.limit);
    try {
      const begun = await keeper.start(key, signal);
      if ('answer' in begun) {
        const result = asReplayed(resultOfText(begun.answer));
        kept(result);
        return result;
      }
      let ending: Ending = 'unknown';
      try {
        const result = await run({ signal: new AbortController().signal });
        ending = endingOf(result);
        return result;
      } finally {
        await begun.end(ending);
      }
    } finally {
      place.free();
    }
  }

  return (operation, viewer) => {
    const { facts, idempotencyKey: given } = operation;
    if (given === undefined) return undefined;
    const key = readKey(given);
    if (facts.secretAnswer) {
      throw badInput(
        [],
        'The answer holds a credential, which is not kept: send this without an idempotency key.',
        { details: { reason: 'idempotency_key_secret_answer' } },
      );
    }
    const owner = ownerOf(viewer);
    if (store === undefined) {
      throw notConfigured(
        'POSTGRES',
        'This gateway has no database in which it could keep idempotency keys.',
      );
    }
    return async (running) => {
      const sealed = await store.keyOf({ owner, key, request: requestOf(operation, running.headers) });
      if (!facts.keepsIdempotencyKey) return await startedFirst(store, sealed, running);
      const result = await inTransaction(sealed, running);
      if (result.errors?.some(({ extensions }) => extensions['code'] === 'NOT_CONFIGURED')) store.forget();
      return result;
    };
  };
}

/** Sessions and tokens change while a mutation waits to be sent again; who asks does not. */
function ownerOf(viewer: Viewer): string {
  switch (viewer.kind) {
    case 'user':
      return JSON.stringify([viewer.databaseRole, viewer.userId]);
    case 'service': {
      const { sub } = viewer.claims;
      return JSON.stringify(['service_role', sub ?? hash('sha256', viewer.token ?? '')]);
    }
    case 'anon':
      throw badInput([], 'An idempotency key needs a caller who has signed in.', {
        details: { reason: 'idempotency_key_needs_user' },
      });
  }
}

/** Files that come with a mutation stand in no variable: of them nothing is compared. */
function requestOf({ query, facts, variables }: KeyedOperation, headers: RequestHeaders): string {
  return hash('sha256', JSON.stringify([query, facts.name ?? null, variables.given, headers]), 'base64url');
}

function tooMany(limit: number): AppError {
  return new AppError('RATE_LIMITED', `You have ${limit} mutations with idempotency keys running.`, {
    details: { limit, retryAfter: 1 },
  });
}
