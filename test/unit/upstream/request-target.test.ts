import { describe, expect, it } from 'vitest';
import { encodeSegment, encodeSegments, requestTarget } from '../../../src/upstream/http/request-target.ts';

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
