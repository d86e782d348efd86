import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/lib/app-error.ts';
import { createFieldRateLimit, outcomeOf } from '../../../src/limits/field-rate-limit.ts';
import { createMemoryRateLimiter } from '../../../src/limits/memory-rate-limiter.ts';
import { testCall } from '../../support/test-call.ts';

describe('createMemoryRateLimiter', () => {
  it('lets the limit pass at once, then refuses and says when to come back', () => {
    let time = 0;
    const limiter = createMemoryRateLimiter({ maxKeys: 10, now: () => time });
    const take = () => limiter.take('k', 3, 3_000);
    expect([take(), take(), take()]).toEqual(
      Array.from({ length: 3 }, () => ({ ok: true, retryAfterMs: 0 })),
    );
    expect(take()).toEqual({ ok: false, retryAfterMs: 1_000 });
    time = 400;
    expect(take()).toEqual({ ok: false, retryAfterMs: 600 });
    time = 1_000;
    expect(take()).toMatchObject({ ok: true });
    expect(take()).toMatchObject({ ok: false });
    time = 1_000_000;
    expect([take(), take(), take()].every((verdict) => 'ok' in verdict && verdict.ok)).toBe(true);
    expect(take()).toMatchObject({ ok: false });
  });

  it('counts keys apart, and holds no more of them than it may', () => {
    const limiter = createMemoryRateLimiter({ maxKeys: 2, now: () => 0 });
    const take = (key: string) => limiter.take(key, 1, 1_000);
    expect([take('a'), take('b')]).toMatchObject([{ ok: true }, { ok: true }]);
    expect([take('a'), take('b')]).toMatchObject([{ ok: false }, { ok: false }]);
    expect(take('c')).toMatchObject({ ok: true });
    expect(take('b')).toMatchObject({ ok: false });
    expect(take('a')).toMatchObject({ ok: true });
  });

  it('gives back what was taken, never more, and knows nothing of a key that it has forgotten', () => {
    const limiter = createMemoryRateLimiter({ maxKeys: 2, now: () => 0 });
    const take = (key = 'k') => limiter.take(key, 2, 1_000);
    limiter.giveBack('k', 2, 1_000);
    expect([take(), take(), take()]).toMatchObject([{ ok: true }, { ok: true }, { ok: false }]);
    limiter.giveBack('k', 2, 1_000);
    expect([take(), take()]).toMatchObject([{ ok: true }, { ok: false }]);
    for (let times = 0; times < 5; times += 1) limiter.giveBack('k', 2, 1_000);
    expect([take(), take(), take()]).toMatchObject([{ ok: true }, { ok: true }, { ok: false }]);
  });

  it('does not forget what was spent for a flood of keys that spend little', async () => {
    const limiter = createMemoryRateLimiter({ maxKeys: 10, now: () => 0 });
    const passed = async (key: string, calls: number) => {
      let count = 0;
      for (let call = 0; call < calls; call += 1) {
        if ((await limiter.take(key, 4, 1_000)).ok) count += 1;
      }
      return count;
    };
    expect(await passed('victim', 5)).toBe(4);
    for (let index = 0; index < 100; index += 1) await passed(`decoy-${index}`, 1);
    expect(await passed('victim', 1)).toBe(0);
    // A flood that spends as much has its half of the room, and newcomers are still counted in the other.
    for (let index = 0; index < 100; index += 1) await passed(`decoy-${index}`, 4);
    expect(await passed('newcomer', 5)).toBe(4);
  });
});

describe('createFieldRateLimit', () => {
  const rule = { limit: 2, windowMs: 60_000 };
  const anon = testCall().viewer;
  const user = (userId: string) =>
    ({ ...anon, kind: 'user', role: 'AUTHENTICATED', userId, databaseRole: 'authenticated' }) as const;

  function spender() {
    const limit = createFieldRateLimit(createMemoryRateLimiter({ maxKeys: 1_000, now: () => 0 }));
    return async (subject: Parameters<typeof limit.spend>[2], field = 'signIn') => {
      try {
        await limit.spend(field, rule, subject);
        return 'ok';
      } catch (error) {
        if (error instanceof AppError) return `${error.code} ${error.details['retryAfter']}`;
        throw error;
      }
    };
  }

  it('counts a user by id, wherever from', async () => {
    const spend = spender();
    expect(await spend({ viewer: user('u'), clientAddress: '1.1.1.1' })).toBe('ok');
    expect(await spend({ viewer: user('u'), clientAddress: '2.2.2.2' })).toBe('ok');
    expect(await spend({ viewer: user('u'), clientAddress: '3.3.3.3' })).toBe('RATE_LIMITED 30');
    expect(await spend({ viewer: user('other'), clientAddress: '3.3.3.3' })).toBe('ok');
    expect(await spend({ viewer: user('u'), clientAddress: '3.3.3.3' }, 'otherField')).toBe('ok');
  });

  it('counts strangers by address, IPv6 by network, never by the key that all have', async () => {
    const spend = spender();
    for (const clientAddress of ['2001:db8::1', '2001:db8::2']) {
      expect(await spend({ viewer: anon, clientAddress })).toBe('ok');
    }
    expect(await spend({ viewer: anon, clientAddress: '2001:db8::3' })).toBe('RATE_LIMITED 30');
    expect(await spend({ viewer: anon, clientAddress: '2001:db8:0:1::1' })).toBe('ok');
  });

  it('counts a user by address where the call makes users, which anybody may have many of', async () => {
    const spend = spender();
    const from = (clientAddress: string, userId: string) =>
      spend({ viewer: user(userId), clientAddress, ofStranger: true });
    expect([await from('1.1.1.1', 'a'), await from('1.1.1.1', 'b'), await from('1.1.1.1', 'c')]).toEqual([
      'ok',
      'ok',
      'RATE_LIMITED 30',
    ]);
    expect(await from('2.2.2.2', 'a')).toBe('ok');
  });

  it('keeps short keys without anybody in them, however long a caller makes the account', async () => {
    const keys: string[] = [];
    const limit = createFieldRateLimit({
      take: (key) => {
        keys.push(key);
        return { ok: true, retryAfterMs: 0 };
      },
      giveBack: () => undefined,
    });
    const account = `${'a'.repeat(1_000_000)}@x.example`;
    await limit.spend('signIn', rule, { viewer: anon, clientAddress: '1.1.1.1', account });
    expect(keys.map((key) => key.length < 100 && !key.includes('@'))).toEqual([true, true]);
  });

  it('counts per account and address, and per account alone at ten times the limit', async () => {
    const spend = spender();
    const from = (clientAddress: string, account = 'A@x.example ') =>
      spend({ viewer: anon, clientAddress, account });
    expect([await from('1.1.1.1'), await from('1.1.1.1', 'a@X.example'), await from('1.1.1.1')]).toEqual([
      'ok',
      'ok',
      'RATE_LIMITED 30',
    ]);
    expect(await from('1.1.1.1', 'b@x.example')).toBe('ok');
    const others = [];
    for (let i = 0; i < 20; i += 1) others.push(await from(`10.0.0.${i}`));
    expect(others.filter((answer) => answer === 'ok')).toHaveLength(18);
    expect(others.at(-1)).toMatch(/^RATE_LIMITED/);
  });

  it('keeps what failed, over all fields, and gives back what passed or was not judged, once', async () => {
    const hits: string[] = [];
    const failed: string[] = [];
    const limit = createFieldRateLimit(
      createMemoryRateLimiter({ maxKeys: 1_000, now: () => 0 }),
      { failedAttempts: { limit: 2, windowMs: 60_000 } },
      { limitHit: (name) => hits.push(name), attemptFailed: (field) => failed.push(field) },
    );
    const unreachable = new AppError('UPSTREAM_UNAVAILABLE', 'AUTH cannot be reached.');
    const unknown = new AppError('OUTCOME_UNKNOWN', 'No answer came.');
    for (const outcome of ['passed', outcomeOf(unreachable), 'passed'] as const) {
      const settle = await limit.attempt('signIn', '1.1.1.1');
      settle(outcome);
      settle('passed');
    }
    (await limit.attempt('signIn', '1.1.1.1'))(outcomeOf(unknown));
    (await limit.attempt('verifyOtp', '1.1.1.1'))('failed');
    await expect(limit.attempt('signUp', '1.1.1.1')).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      details: { retryAfter: 30 },
    });
    await expect(limit.attempt('signUp', '2.2.2.2')).resolves.toBeTypeOf('function');
    expect([failed, hits]).toEqual([['signIn', 'verifyOtp'], ['failedAttempts']]);
  });
});
