import type { Viewer } from './viewer.ts';

/** True when a token that came later on the same socket may take the place of the earlier one. */
export function isSameSession(earlier: Viewer, later: Viewer): boolean {
  return (
    earlier.kind === later.kind &&
    earlier.claims['role'] === later.claims['role'] &&
    earlier.claims['sub'] === later.claims['sub'] &&
    earlier.claims['session_id'] === later.claims['session_id']
  );
}
