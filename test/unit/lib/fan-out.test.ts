import { expect, test } from 'vitest';
import { createFanOut } from '../../../src/lib/fan-out/fan-out.ts';
import type { Group, Member, Source } from '../../../src/lib/fan-out/group.ts';
import type { Ticket } from '../../../src/lib/fan-out/ticket.ts';
import { createTimers } from '../../../src/lib/timers.ts';

const ticket = (token: string, livesFor?: number): Ticket => ({
  token,
  expiresAt: livesFor === undefined ? undefined : Math.floor(Date.now() / 1_000) + livesFor,
});

/** A source that notes what it is told, and the group that it serves. */
function opened(lingerMs = 0) {
  const used: (string | undefined)[] = [];
  const source = { isLive: false, isClosed: false };
  let group: Group<string, Member<string, string>, string> | undefined;
  return {
    used,
    source,
    get group() {
      if (group === undefined) throw new Error('nobody has joined');
      return group;
    },
    open(own: Group<string, Member<string, string>, string>): Source<string, Ticket> {
      group = own;
      return {
        get isLive() {
          return source.isLive;
        },
        lingerMs,
        missed: () => 'RESYNC',
        greeting: () => undefined,
        use: ({ token }) => used.push(token),
        close() {
          source.isClosed = true;
        },
      };
    },
    goLive() {
      source.isLive = true;
      group?.live(false);
    },
  };
}

function memberWith(first: Ticket) {
  const seen: string[] = [];
  const member = {
    ticket: first,
    served: false,
    push: (item: string) => seen.push(item),
    end: (reason: string) => seen.push(reason),
  };
  return { member, seen };
}

const fanOut = () => createFanOut<string, Member<string, string>, string>(createTimers());

test('opens a source for the first and closes it after the last', () => {
  const out = fanOut();
  const channel = opened();
  const [ann, bob] = [memberWith(ticket('a')), memberWith(ticket('a'))];
  const first = out.join('key', ann.member, channel.open);
  const second = out.join('key', bob.member, opened().open);
  channel.goLive();
  channel.group.push('1', 1);
  first.leave();
  channel.group.push('2', 1);
  expect(channel.source.isClosed).toBe(false);
  second.leave();
  expect(channel.source.isClosed).toBe(true);
  expect([ann.seen, bob.seen]).toEqual([['1'], ['1', '2']]);
  expect([out.groups, out.members]).toEqual([0, 0]);
});

test('serves the source with the ticket that lives longest, and not with that of one who left', () => {
  const out = fanOut();
  const channel = opened();
  out.join('key', memberWith(ticket('short', 60)).member, channel.open);
  const longer = out.join('key', memberWith(ticket('long', 120)).member, channel.open);
  expect(channel.group.ticket()?.token).toBe('long');
  longer.leave();
  expect(channel.group.ticket()?.token).toBe('short');
  expect(channel.used).toEqual(['short', 'long', 'short']);
});

test('has no ticket when all have expired', () => {
  const channel = opened();
  fanOut().join('key', memberWith(ticket('over', -1)).member, channel.open);
  expect(channel.group.ticket()).toBeUndefined();
});

test('ends those concerned, and goes on for the others', () => {
  const channel = opened();
  const out = fanOut();
  const [bad, good] = [memberWith(ticket('bad', 120)), memberWith(ticket('good', 60))];
  for (const { member } of [bad, good]) out.join('key', member, channel.open);
  expect(channel.group.end('refused', (member) => member.ticket.token === 'bad')).toBe(true);
  channel.group.push('1', 1);
  expect([bad.seen, good.seen]).toEqual([['refused'], ['1']]);
  expect(channel.used.at(-1)).toBe('good');
  expect(channel.group.end('over')).toBe(false);
  expect(channel.source.isClosed).toBe(true);
});

test('tells a member that moves of the gap once the source it has moved to is live', () => {
  const out = fanOut();
  const [from, to] = [opened(), opened()];
  const { member, seen } = memberWith(ticket('a'));
  const membership = out.join('one', member, from.open);
  from.goLive();
  membership.renew('other', to.open);
  expect(from.source.isClosed).toBe(true);
  expect(seen).toEqual([]);
  to.goLive();
  expect(seen).toEqual(['RESYNC']);
});

test('leaves a member where it is when there is no room where it would move', () => {
  const out = fanOut();
  const channel = opened();
  const { member, seen } = memberWith(ticket('a'));
  const membership = out.join('one', member, channel.open);
  const noRoom = () => {
    throw new Error('no room');
  };
  expect(() => membership.renew('other', noRoom)).toThrow('no room');
  channel.group.push('1', 1);
  expect(seen).toEqual(['1']);
  expect(out.groups).toBe(1);
});

test('keeps a live source for a while, for whoever comes next', () => {
  const timers = createTimers();
  const out = createFanOut<string, Member<string, string>, string>(timers);
  const channel = opened(60_000);
  const first = out.join('key', memberWith(ticket('a')).member, channel.open);
  channel.goLive();
  first.leave();
  expect([channel.source.isClosed, timers.active]).toEqual([false, 1]);
  const second = out.join('key', memberWith(ticket('a')).member, opened().open);
  expect(timers.active).toBe(0);
  second.leave();
  out.closeIdle();
  expect([channel.source.isClosed, out.groups, timers.active]).toEqual([true, 0, 0]);
});
