import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startStorageGateway } from '../../support/storage-gateway.ts';

const script = join(import.meta.dirname, 'input', 'several-small-files.ts');

test('stores every one of several small files of one multipart request', async () => {
  await using gateway = await startStorageGateway();
  await gateway.makeBucket('box');
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script], {
    env: { PATH: process.env['PATH'], URL: gateway.graphqlUrl, KEY: gateway.serviceKey },
  });
  expect(JSON.parse(stdout)).toEqual({
    data: { u0: { size: '1' }, u1: { size: '2' }, u2: { size: '3' }, u3: { size: '4' }, u4: { size: '5' } },
  });
});
