import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { badArgument, badInput, invalidInput, wholeSentence } from '../../../src/lib/bad-input.ts';

describe('badInput', () => {
  it('says the same in the error and in its one issue', () => {
    const error = badInput(['paths'], 'paths must not be empty.', { details: { reason: 'empty' } });
    expect(error).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: 'paths must not be empty.',
      details: { reason: 'empty', issues: [{ path: ['paths'], message: 'paths must not be empty.' }] },
    });
  });

  it('puts the name of an argument before its fault', () => {
    const error = badArgument('filter', 'is too long');
    expect(error.message).toBe('filter: is too long');
    expect(error.details).toEqual({ issues: [{ path: ['filter'], message: 'is too long' }] });
  });
});

describe('invalidInput', () => {
  const refused = (schema: z.ZodType, value: unknown) => {
    const { error } = schema.safeParse(value);
    return error && invalidInput(error);
  };

  it('has an issue for each finding, and says the first', () => {
    const schema = z.object({ list: z.array(z.int('is no number')), name: z.string('is no text') });
    const error = refused(schema, { list: [1, 'two'], name: 3 });
    expect(error?.message).toBe('list.1: is no number');
    expect(error?.details['issues']).toEqual([
      { path: ['list', '1'], message: 'is no number' },
      { path: ['name'], message: 'is no text' },
    ]);
  });

  it('puts no place before a finding that is a whole sentence', () => {
    const params = wholeSentence;
    const path = z.string().refine((text) => text !== '', { error: 'path must not be empty.', params });
    const error = refused(z.object({ path }), { path: '' });
    expect(error?.message).toBe('path must not be empty.');
    expect(error?.details['issues']).toEqual([{ path: ['path'], message: 'path must not be empty.' }]);
  });

  it('names no place for a finding about the whole', () => {
    expect(refused(z.string('is no text'), 1)?.message).toBe('is no text');
  });
});
