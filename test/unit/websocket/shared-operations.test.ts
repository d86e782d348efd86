import { Duplex } from 'node:stream';
import type { ExecutionResult } from 'graphql';
import { expect, test } from 'vitest';
import { createBacklog } from '../../../src/lib/fan-out/backlog.ts';
import { createTimers } from '../../../src/lib/timers.ts';
import { anonymous } from '../../../src/viewer/anonymous.ts';
import { createRenewableViewer } from '../../../src/viewer/viewer-renewal.ts';
import { createWriteBatch, Outlet } from '../../../src/websocket/outlet.ts';
import { createSharedOperations } from '../../../src/websocket/shared-operations.ts';

/** The end of a connection whose client takes what comes, or reads nothing more. */
function connection(reads: boolean) {
  const taken: string[] = [];
  const raw = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      taken.push(String(chunk));
      if (reads) done();
    },
  });
  if (!reads) raw.write(Buffer.alloc(512 * 1024));
  return { raw, taken };
}

test('greets one whose client is far behind already, and leaves nothing of it when it goes', async () => {
  const timers = createTimers();
  const shared = createSharedOperations((result) => Buffer.from(JSON.stringify(result)), timers);
  const batch = createWriteBatch();
  const viewer = createRenewableViewer(anonymous);
  /** Nothing comes of it until it is ended. */
  async function* stream(): AsyncGenerator<ExecutionResult, undefined> {
    await new Promise((resolve) => setImmediate(resolve));
    yield { data: { todos: 'INSERT' } };
    await new Promise(() => undefined);
  }
  const subscribe = (raw: Duplex, maxBytes: number) => {
    const subscription = shared.subscribe({
      key: 'todos',
      sharing: { greets: true, schemaId: 1, missed: () => ({ data: { todos: 'RESYNC' } }) },
      viewer,
      start: async () => stream(),
      outlet: (missed) =>
        new Outlet({
          socket: { readyState: 1, OPEN: 1 },
          raw,
          id: '1',
          limits: { events: 1_000, bytes: 4_000_000 },
          backlog: createBacklog(maxBytes),
          batch,
          missed,
        }),
    });
    return subscription[Symbol.asyncIterator]();
  };
  const fast = connection(true);
  const first = subscribe(fast.raw, 1_000);
  await new Promise(setImmediate);
  // There is no room for the greeting in what the client is behind with.
  const slow = subscribe(connection(false).raw, 1);
  await slow.return?.();
  await first.return?.();
  expect(shared.running).toBe(0);
  expect(timers.active).toBe(0);
});
