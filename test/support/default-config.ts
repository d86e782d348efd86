import { loadConfig } from '../../src/gateway/config.ts';

/** What holds in a gateway that nobody configured: for tests that put a part of one together by hand. */
export const defaultConfig = loadConfig({}, { mode: 'dev' });
