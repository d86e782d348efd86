import { expect, test } from 'vitest';
import { createBacklog } from '../../../src/lib/fan-out/backlog.ts';
import { createEventQueue } from '../../../src/lib/fan-out/event-queue.ts';

function queue(limits = { events: 3, bytes: 100 }) {
  let count = 0;
  const made = createEventQueue<string>({
    limits,
    missed: () => 'RESYNC',
    released: () => {
      count += 1;
    },
  });
  return { queue: made, released: () => count };
}

async function drain(events: AsyncIterable<string>): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

test('hands events on in order', async () => {
  const { queue: events } = queue();
  events.push('a', 1);
  events.push('b', 1);
  events.end();
  expect(await drain(events)).toEqual(['a', 'b']);
});

test('holds one RESYNC in place of everything when there are too many events', async () => {
  const { queue: events } = queue();
  for (const name of ['a', 'b', 'c', 'd', 'e']) events.push(name, 1);
  events.end();
  expect(await drain(events)).toEqual(['RESYNC', 'e']);
});

test('holds one RESYNC in place of everything when the reader is too far behind in all', async () => {
  const backlog = createBacklog(100);
  const made = () =>
    createEventQueue<string>({
      limits: { events: 10, bytes: 80 },
      backlog,
      missed: () => 'RESYNC',
      released: () => undefined,
    });
  const [first, second] = [made(), made()];
  first.push('a', 70);
  second.push('b', 20);
  second.push('c', 20);
  expect(backlog.bytes).toBe(70);
  second.end();
  expect(await drain(second)).toEqual(['RESYNC']);
  expect((await first.next()).value).toBe('a');
  expect(backlog.bytes).toBe(0);
  first.push('d', 70);
  await first.return();
  expect(backlog.bytes).toBe(0);
});

test('holds one RESYNC in place of everything when there are too many bytes', async () => {
  const { queue: events } = queue();
  events.push('a', 60);
  events.push('b', 60);
  expect(events.length).toBe(1);
  events.end();
  expect(await drain(events)).toEqual(['RESYNC']);
});

test('takes events again as soon as the reader goes on', async () => {
  const { queue: events } = queue();
  for (let turn = 0; turn < 2_000; turn += 1) {
    events.push(String(turn), 1);
    expect(await events.next()).toEqual({ value: String(turn), done: false });
  }
  expect(events.length).toBe(0);
});

test('throws an error at the reader at once, and only once', async () => {
  const { queue: events, released } = queue();
  const waiting = events.next();
  events.end(new Error('over'));
  await expect(waiting).rejects.toThrow('over');
  expect(await events.next()).toEqual({ value: undefined, done: true });
  expect(released()).toBe(1);
});

test('keeps an error for a reader that comes later', async () => {
  const { queue: events } = queue();
  events.push('a', 1);
  events.end(new Error('over'));
  await expect(events.next()).rejects.toThrow('over');
});

test('lets a waiting reader go when it returns, and releases once', async () => {
  const { queue: events, released } = queue();
  const waiting = events.next();
  await events.return();
  await events.return();
  expect(await waiting).toEqual({ value: undefined, done: true });
  expect(released()).toBe(1);
  events.push('late', 1);
  expect(events.length).toBe(0);
});
