import type { Server } from 'node:http';
import { within } from '../lib/within.ts';

/** Between two looks for idle connections. */
const lookMs = 100;

/** Stops accepting, lets running requests finish for `graceMs` and closes idle connections, then cuts what is left. */
export async function closeHttpServer(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  const looking = setInterval(() => server.closeIdleConnections(), lookMs);
  if (!(await within(graceMs, closed))) {
    server.closeAllConnections();
    await closed;
  }
  clearInterval(looking);
}
