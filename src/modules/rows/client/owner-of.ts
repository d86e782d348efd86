import { addressGroup } from '../../../lib/client-address.ts';
import type { Viewer } from '../../../viewer/viewer.ts';

/**
 * Into whose share somebody counts. Anybody may sign in anonymously as often as he likes, so whoever did counts by address
 * too.
 */
export function ownerOf(viewer: Viewer, address: string | undefined): string {
  if (viewer.kind === 'user' && viewer.claims['is_anonymous'] !== true) return `user ${viewer.userId}`;
  return `${viewer.kind} ${address === undefined ? '' : addressGroup(address)}`;
}
