import { GraphQLError } from 'graphql';
import { expect, it } from 'vitest';
import { endingOf } from '../../../src/graphql/engine/idempotency/ending.ts';
import type { ErrorCode } from '../../../src/lib/app-error.ts';

const error = (code: ErrorCode, ...path: readonly (string | number)[]) =>
  new GraphQLError('no', { path, extensions: { code } });

it.each([
  ['every field was refused', { a: null, b: null }, [error('FORBIDDEN', 'a'), error('TIMEOUT', 'b')]],
  ['nothing was executed', undefined, [error('BAD_USER_INPUT')]],
])('may be done again where %s', (_what, data, errors) => {
  expect(endingOf({ ...(data === undefined ? {} : { data }), errors })).toBe('refused');
});

it.each([
  ['a field failed in a way that leaves it open', { a: null }, [error('OUTCOME_UNKNOWN', 'a')]],
  ['a service failed', { a: null }, [error('UPSTREAM_ERROR', 'a')]],
  ['a statement may have committed a part', { a: null }, [error('BAD_SQL', 'a')]],
  ['a field was done that failed below', { a: null }, [error('FORBIDDEN', 'a', 'b')]],
  ['another one was done', { a: { id: 1 }, b: null }, [error('OUTCOME_UNKNOWN', 'b')]],
  ['all is null for one that was', null, [error('FORBIDDEN', 'a')]],
])('is unknown where %s', (_what, data, errors) => {
  expect(endingOf({ data, errors })).toBe('unknown');
});

it.each([
  ['every field was', { a: { id: 1 } }, []],
  ['a field has nothing to say', { a: null }, []],
  ['another one was refused', { a: true, b: null }, [error('CONFLICT', 'b')]],
  ['something below it failed', { a: { b: null } }, [error('UPSTREAM_ERROR', 'a', 'b')]],
])('is done where %s', (_what, data, errors) => {
  expect(endingOf({ data, errors })).toMatchObject({ answer: expect.any(String) });
});
