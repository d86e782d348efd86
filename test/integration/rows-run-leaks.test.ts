import { afterAll, beforeAll, expect, it } from 'vitest';
import { findLeaks, type PolicyForms, startPolicyForms } from '../support/rows-leaks.ts';

let forms: PolicyForms;
beforeAll(async () => {
  forms = await startPolicyForms();
});
afterAll(() => forms[Symbol.asyncDispose]());

it.each(['session', 'transaction'] as const)(
  'gives each of hundreds of callers at once what his claims permit, also after failures, with a pooler in %s mode',
  async (pooler) => {
    const { differences, compared } = await findLeaks(forms, pooler, 400);
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(300);
  },
);
