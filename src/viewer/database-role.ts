import type { Viewer } from './viewer.ts';

/** The role of the database that a caller reads as. */
export function databaseRole(viewer: Viewer): string {
  if (viewer.kind === 'user') return viewer.databaseRole;
  return viewer.kind === 'service' ? 'service_role' : 'anon';
}
