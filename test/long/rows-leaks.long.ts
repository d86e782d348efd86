import { afterAll, beforeAll, expect, it } from 'vitest';
import { findLeaks, type PolicyForms, startPolicyForms } from '../support/rows-leaks.ts';

let forms: PolicyForms;
beforeAll(async () => {
  forms = await startPolicyForms();
});
afterAll(() => forms[Symbol.asyncDispose]());

it.each(['session', 'transaction'] as const)(
  'gives thousands of callers what their claims permit, with a pooler in %s mode',
  async (pooler) => {
    for (let round = 0; round < 30; round += 1) {
      const { differences } = await findLeaks(forms, pooler, 400);
      expect(differences).toEqual([]);
    }
  },
);
