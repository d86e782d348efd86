import { describe, expect, it } from 'vitest';
import { parsePostgresUrl, sslModeFor } from '../../../src/lib/postgres-url.ts';

const addressOf = (url: string) => {
  const { address, problems } = parsePostgresUrl(url);
  expect(problems).toEqual([]);
  if (address === undefined) throw new Error('refused');
  return address;
};

describe('parsePostgresUrl', () => {
  it('takes a URL apart', () => {
    const url =
      'postgresql://us%40er:p%3Ass:w%2Frd@db.example.com:6543/my%20db?application_name=app&connect_timeout=7&target_session_attrs=read-write&options=-c%20search_path%3Dx';
    expect(addressOf(url)).toEqual({
      hosts: [{ host: 'db.example.com', port: 6543 }],
      user: 'us@er',
      password: 'p:ss:w/rd',
      database: 'my db',
      sslMode: undefined,
      sslRootCert: undefined,
      applicationName: 'app',
      connectTimeoutMs: 7_000,
      targetSessionAttributes: 'read-write',
      options: '-c search_path=x',
    });
  });

  it.each([
    [
      'postgres://u@a,b:1,[::1]:2,[fd00::1]/d',
      [
        ['a', 5432],
        ['b', 1],
        ['::1', 2],
        ['fd00::1', 5432],
      ],
    ],
    ['postgres://u@%2Fvar%2Frun%2Fpostgresql/d', [['/var/run/postgresql', 5432]]],
    ['postgres:///d?host=/tmp', []],
  ])('reads the hosts of %s', (url, hosts) => {
    const { address } = parsePostgresUrl(url);
    expect(address?.hosts.map(({ host, port }) => [host, port]) ?? []).toEqual(hosts);
  });

  it('names the database after the user when there is none', () => {
    expect(addressOf('postgres://me@h').database).toBe('me');
    expect(addressOf('postgres://me@h/').database).toBe('me');
  });

  it('says all that is wrong at once, and nothing of what is secret', () => {
    const url =
      'postgres://:secret%zz@:99999/d?sslmode=on&pgbouncer=true&sslcert=x&connect_timeout=soon&sslmode=off';
    const { problems } = parsePostgresUrl(url);
    const text = problems.join('\n');
    for (const word of [
      'password',
      'user',
      'host',
      'sslmode',
      'DATABASE_POOLER',
      'sslcert',
      'connect_timeout',
      'twice',
    ]) {
      expect(text).toContain(word);
    }
    expect(text).not.toContain('secret');
    expect(parsePostgresUrl('mysql://secret@h/d').problems.join()).not.toContain('secret');
  });

  it.each([
    ['db.example.com', 'verify-full'],
    ['8.8.8.8', 'verify-full'],
    ['127.0.0.1', 'prefer'],
    ['::1', 'prefer'],
    ['10.1.2.3', 'prefer'],
    ['172.32.0.1', 'verify-full'],
    ['fd12::1', 'prefer'],
    ['db', 'prefer'],
    ['postgres.railway.internal', 'prefer'],
    ['/tmp', 'disable'],
  ])('verifies TLS unless the network is private: %s gets %s', (host, mode) => {
    expect(sslModeFor(addressOf('postgres://u@h/d'), host)).toBe(mode);
  });

  it('does what sslmode says where it is given', () => {
    expect(sslModeFor(addressOf('postgres://u@h/d?sslmode=require'), 'db.example.com')).toBe('require');
    expect(sslModeFor(addressOf('postgres://u@h/d?sslmode=verify-full'), '127.0.0.1')).toBe('verify-full');
  });
});
