import { describe, expect, it } from 'vitest';
import { addressGroup, clientAddress } from '../../../src/lib/client-address.ts';

const request = (
  forwarded: string | string[] | undefined,
  remoteAddress: string | undefined = '10.0.0.1',
) => ({
  headers: { 'x-forwarded-for': forwarded },
  socket: { remoteAddress },
});

describe('clientAddress', () => {
  it('is the socket when no proxy is trusted, whatever the header says', () => {
    expect(clientAddress(request('6.6.6.6'), 0)).toBe('10.0.0.1');
    expect(clientAddress(request(undefined, '::ffff:10.0.0.1'), 0)).toBe('10.0.0.1');
    expect(clientAddress(request(undefined, 'fe80::1%eth0'), 0)).toBe('fe80::1');
    expect(clientAddress({ headers: {}, socket: {} }, 0)).toBeUndefined();
  });

  it('is counted from the right, so that a forged entry on the left changes nothing', () => {
    expect(clientAddress(request('6.6.6.6, 203.0.113.7'), 1)).toBe('203.0.113.7');
    expect(clientAddress(request('6.6.6.6, 203.0.113.7, 10.0.0.2'), 2)).toBe('203.0.113.7');
    expect(clientAddress(request(['6.6.6.6', '203.0.113.7']), 1)).toBe('203.0.113.7');
  });

  it('is the socket when the request did not come through the proxies', () => {
    expect(clientAddress(request('6.6.6.6'), 2)).toBe('10.0.0.1');
    expect(clientAddress(request(undefined), 1)).toBe('10.0.0.1');
    expect(clientAddress(request('unknown'), 1)).toBe('10.0.0.1');
  });

  it('takes the forms that proxies write', () => {
    expect(clientAddress(request('203.0.113.7:5678'), 1)).toBe('203.0.113.7');
    expect(clientAddress(request('[2001:DB8::1]:5678'), 1)).toBe('2001:db8::1');
    expect(clientAddress(request('2001:db8::1'), 1)).toBe('2001:db8::1');
  });

  it('is one text for one address, however it is written', () => {
    expect(clientAddress(request('2001:0DB8:0:0::0001'), 1)).toBe('2001:db8::1');
    expect(clientAddress(request('::ffff:cb00:7107'), 1)).toBe('203.0.113.7');
    expect(clientAddress(request('0:0:0:0:0:ffff:203.0.113.7'), 1)).toBe('203.0.113.7');
    expect(clientAddress(request('[::ffff:203.0.113.7]:5678'), 1)).toBe('203.0.113.7');
  });

  it('looks at a long entry of a header in no time that grows faster than it', () => {
    for (const text of ['1', '.', ':', '[', '%', '::ffff:', '1:'].map((part) => part.repeat(500_000))) {
      expect(clientAddress(request(text), 1)).toBe('10.0.0.1');
    }
  });
});

describe('addressGroup', () => {
  it('is the address itself for IPv4, and the /64 for IPv6', () => {
    expect(addressGroup('203.0.113.7')).toBe('203.0.113.7');
    expect(addressGroup('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(addressGroup('2001:db8:1:2::6')).toBe('2001:db8:1:2::/64');
    expect(addressGroup('2001:0db8:0001:0002::6')).toBe('2001:db8:1:2::/64');
    expect(addressGroup('::1')).toBe('0:0:0:0::/64');
    expect(addressGroup('2001:db8::1')).toBe('2001:db8:0:0::/64');
    expect(addressGroup('1::2:3:4:5:1.2.3.4')).toBe('1:0:2:3::/64');
    expect(addressGroup('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
    expect(addressGroup('::ffff:cb00:7107')).toBe('203.0.113.7');
  });
});
