import { expect, it } from 'vitest';
import { AppError } from '../../../src/lib/app-error.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { redactText, redactUrl } from '../../../src/observability/redaction.ts';
import { hmacToken, userClaims } from '../../support/tokens.ts';

function lines(write: (log: ReturnType<typeof createLogger>) => void, level = 'debug') {
  const written: string[] = [];
  write(createLogger({ level, to: { write: (line) => void written.push(line) } }));
  return written;
}

it('writes one JSON object a line, with the level as a word and the time', () => {
  const [line = ''] = lines((log) =>
    log.child({ requestId: 'r' }).info({ durationMs: 3, code: 'FORBIDDEN' }, 'done'),
  );
  expect(JSON.parse(line)).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    requestId: 'r',
    durationMs: 3,
    code: 'FORBIDDEN',
    msg: 'done',
  });
});

it('writes nothing below its level', () => {
  expect(lines((log) => log.info({}, 'x'), 'warn')).toEqual([]);
  expect(lines((log) => log.error({}, 'x'), 'silent')).toEqual([]);
});

it.each([
  'authorization',
  'Authorization',
  'apikey',
  'cookie',
  'Set-Cookie',
  'password',
  'token',
  'refresh_token',
  'refreshToken',
  'access_token',
  'code',
  'token_hash',
  'jwt_secret',
  'variables',
])('never writes the value of %s, at any level of the object', (name) => {
  const written = lines((log) => {
    log.info({ [name]: 'hunter2' }, 'x');
    log.info({ request: { headers: { [name]: 'hunter2' }, list: [{ [name]: 'hunter2' }] } }, 'x');
    log.child({ [name]: 'hunter2' }).info({}, 'x');
  });
  expect(written).toHaveLength(3);
  expect(written.join()).not.toContain('hunter2');
});

it('knows tokens and keys by their shape, whatever they are called', () => {
  const token = hmacToken(userClaims());
  const written = lines((log) => {
    log.info({ note: `got ${token}`, key: 'sb_secret_abc_123' }, 'x');
    log.error(
      { err: new Error(`bad token ${token} at http://root:hunter2@db/x?apikey=hunter2&page=2`) },
      'x',
    );
  }).join();
  expect(written).not.toContain(token);
  expect(written).not.toContain('sb_secret_abc_123');
  expect(written).not.toContain('hunter2');
  expect(written).toContain('page=2');
});

it('writes causes of errors, but nothing that a driver hangs on them', () => {
  const cause = Object.assign(new Error('relation does not exist'), {
    code: '42P01',
    query: 'select hunter2',
    parameters: ['hunter2'],
  });
  const [line = ''] = lines((log) =>
    log.error({ err: new AppError('BAD_SQL', 'It failed.', { cause }) }, 'x'),
  );
  expect(JSON.parse(line)).toMatchObject({
    err: { type: 'AppError', code: 'BAD_SQL', cause: { message: 'relation does not exist', code: '42P01' } },
  });
  expect(line).not.toContain('hunter2');
});

it('survives an object that contains itself', () => {
  const round: Record<string, unknown> = {};
  round['self'] = round;
  expect(lines((log) => log.info({ round }, 'x'))).toHaveLength(1);
});

it('redacts query strings and user info, and nothing else of a URL', () => {
  expect(redactUrl('/auth/v1/verify?token=abc&type=signup&token_hash=x&redirect_to=/a')).toBe(
    '/auth/v1/verify?token=[redacted]&type=signup&token_hash=[redacted]&redirect_to=/a',
  );
  expect(redactUrl('/x?%61pikey=abc')).toBe('/x?%61pikey=[redacted]');
  expect(redactUrl('/s3/a?X-Amz-Date=1&X-Amz-Signature=0f&X-Amz-Security-Token=x')).toBe(
    '/s3/a?X-Amz-Date=1&X-Amz-Signature=[redacted]&X-Amz-Security-Token=[redacted]',
  );
  expect(redactUrl('https://a.example/#access_token=abc')).toBe('https://a.example/#access_token=[redacted]');
  expect(redactText('postgres://u:p@h/db')).toBe('postgres://[redacted]@h/db');
  expect(redactUrl('/plain/path?page=1')).toBe('/plain/path?page=1');
});
