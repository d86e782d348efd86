import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseByteSize } from '../../src/lib/byte-size.ts';
import { parseDuration } from '../../src/lib/duration.ts';
import { createLru } from '../../src/lib/lru.ts';
import { createTimers } from '../../src/lib/timers.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { encodeSegment, encodeSegments, requestTarget } from '../../src/upstream/http/request-target.ts';

describe('createTimers', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('waits for years, and not for a moment', () => {
    const tenYears = 10 * 365 * 86_400_000;
    let fired = 0;
    const timers = createTimers();
    timers.after(tenYears, () => {
      fired += 1;
    });
    expect(timers.active).toBe(1);
    vi.advanceTimersByTime(tenYears - 1);
    expect(fired).toBe(0);
    vi.advanceTimersByTime(1);
    expect([fired, timers.active, vi.getTimerCount()]).toEqual([1, 0, 0]);
  });

  it('can be cancelled at any time', () => {
    const timers = createTimers();
    const cancel = timers.after(2 ** 31 + 5, () => expect.unreachable());
    vi.advanceTimersByTime(2 ** 31);
    cancel();
    cancel();
    vi.advanceTimersByTime(10);
    expect([timers.active, vi.getTimerCount()]).toEqual([0, 0]);
  });
});

describe('createLru', () => {
  it('forgets what was used longest ago', () => {
    const lru = createLru<string, number>(2);
    lru.set('a', 1);
    lru.set('b', 2);
    lru.get('a');
    lru.set('c', 3);
    expect([lru.get('a'), lru.get('b'), lru.get('c'), lru.size]).toEqual([1, undefined, 3, 2]);
    lru.set('a', 9);
    expect([lru.get('a'), lru.size]).toEqual([9, 2]);
  });

  it('holds nothing with a capacity of 0', () => {
    const lru = createLru<string, number>(0);
    lru.set('a', 1);
    expect([lru.get('a'), lru.size]).toEqual([undefined, 0]);
  });
});

it('reads sizes, and nothing that only looks like one', () => {
  expect(['5mb', '64KB', '1 gb', '100', '1.5kb'].map(parseByteSize)).toEqual([
    5 * 1024 ** 2,
    65_536,
    1024 ** 3,
    100,
    1_536,
  ]);
  for (const bad of ['', 'mb', '-1', '5m', '1e3', '99999999999gb'])
    expect(parseByteSize(bad)).toBeUndefined();
});

describe('paths to a service', () => {
  it('encode what a caller has named', () => {
    expect(encodeSegment('a b/ü?#%')).toBe('a%20b%2F%C3%BC%3F%23%25');
    expect(encodeSegments('folder/a b.txt')).toBe('folder/a%20b.txt');
    expect(requestTarget('/auth/v1', '/users', { page: 2, q: undefined })).toBe('/auth/v1/users?page=2');
    expect(requestTarget('', '/x?a=1', { b: true })).toBe('/x?a=1&b=true');
  });

  it.each(['', '.', '..', 'a\0b', '\uD800'])('refuse the name %j', (name) => {
    expect(() => encodeSegment(name)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
  });

  it.each(['a//b', '../a', 'a/..', '/a'])('refuse the path %j', (path) => {
    expect(() => encodeSegments(path)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
  });
});

it('shows its measures as Prometheus text', async () => {
  const metrics = createMetrics({ process: false });
  metrics.operation('query', 'OK', 0.002);
  metrics.operation('query', 'FORBIDDEN', 0.002);
  metrics.operation('query', 'OK', 0.002);
  metrics.subscriptionStarted();
  metrics.limitHit('depth');
  metrics.upstreamRequest('AUTH', '200', 0.01);
  metrics.circuitChanged('AUTH', 'OPEN');
  const text = await metrics.text();
  expect(metrics.contentType).toContain('text/plain');
  expect(text).toContain('bunbun_operation_duration_seconds_count{type="query",code="OK"} 2');
  expect(text).toContain('bunbun_active_subscriptions 1');
  expect(text).toContain('bunbun_limit_hits_total{limit="depth"} 1');
  expect(text).toContain('bunbun_upstream_request_duration_seconds_count{service="AUTH",outcome="200"} 1');
  expect(text).toContain('bunbun_circuit_state{service="AUTH"} 2');
});

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5s', 1_500],
    ['15m', 900_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['PT30S', 30_000],
    ['PT1H30M', 5_400_000],
    ['P1DT12H', 129_600_000],
    ['0s', 0],
  ])('reads %s', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));

  it.each(['', '10', 's', '-5s', '5 s', '5S', 'P', 'PT', 'P1Y', '1h30m', `${'9'.repeat(30)}d`, 'PT1S\n'])(
    'refuses %j',
    (text) => expect(parseDuration(text)).toBeUndefined(),
  );
});
