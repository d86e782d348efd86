import { identityOf } from './identity.ts';
import type { Viewer } from './viewer.ts';

/** A caller without a credential, for whom nothing goes upstream. */
export const anonymous: Viewer = {
  kind: 'anon',
  role: 'ANON',
  presented: false,
  identity: identityOf({ role: 'anon' }),
  claims: {},
  token: undefined,
  apikey: undefined,
  expiresAt: undefined,
};
