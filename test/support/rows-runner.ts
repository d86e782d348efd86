import type { CompiledQuery } from '../../src/upstream/postgres/rows/compile/query.ts';
import type { RowsModel } from '../../src/upstream/postgres/rows/model/model.ts';
import type { RowsCaller } from '../../src/upstream/postgres/rows/run/rows-caller.ts';
import type { VisibleNames } from '../../src/upstream/postgres/rows/run/rows-error.ts';
import {
  createRowsRunner,
  type RowsCallOptions,
  type RowsEnvironment,
  type RowsRunner,
  type RowsRunnerOptions,
} from '../../src/upstream/postgres/rows/run/rows-runner.ts';
import type { TestPostgres } from './postgres.ts';
import { silentLog } from './test-call.ts';

const emptyModel: RowsModel = { tables: [], functions: [], remarks: [] };

/** Nothing may be named. */
export const noNames: VisibleNames = {
  model: emptyModel,
  grants: {
    fingerprint: '',
    mayRead: () => false,
    mayReadWhole: () => false,
    mayInsert: () => false,
    mayUpdate: () => false,
    mayInsertInto: () => false,
    mayDeleteFrom: () => false,
    mayCall: () => false,
  },
};

export interface TestRunner extends RowsRunner, AsyncDisposable {
  /** As `read`, without what is beside the answers. */
  texts(...given: Parameters<RowsRunner['read']>): Promise<(string | null)[]>;
}

/** A runner with one connection for each pool, so that the next call gets the same backend. */
export function rowsRunner(
  postgres: TestPostgres,
  options: Partial<Omit<RowsRunnerOptions, 'environment'>> & {
    readonly environment?: () => Partial<RowsEnvironment>;
  } = {},
): TestRunner {
  const { environment = () => ({}), ...others } = options;
  const runner = createRowsRunner({
    url: postgres.rowsUrl,
    serviceUrl: postgres.rowsServiceUrl,
    pooler: 'session',
    sslMode: undefined,
    ca: undefined,
    max: 1,
    acquireTimeoutMs: 10_000,
    log: silentLog,
    ...others,
    environment: () => ({
      searchPath: ['public'],
      roleSettings: new Map(),
      preRequest: undefined,
      ...environment(),
    }),
  });
  return {
    ...runner,
    texts: async (...given) => (await runner.read(...given)).map(({ text }) => text),
    [Symbol.asyncDispose]: () => runner.close(1_000),
  };
}

export function rowsCall(options: Partial<RowsCallOptions> = {}): RowsCallOptions {
  return {
    signal: new AbortController().signal,
    timeoutMs: 10_000,
    maxBytes: 1024 * 1024,
    names: noNames,
    ...options,
  };
}

/** A statement that is no list. `leavesTraces`: as one that calls a function. */
export function sql(
  text: string,
  params: readonly (string | null)[] = [],
  leavesTraces = false,
): CompiledQuery {
  return { text, params, lists: [], leavesTraces };
}

export const anon: RowsCaller = { role: 'anon', claims: { role: 'anon' } };

export function user(sub: string, role = 'authenticated'): RowsCaller {
  return { role, claims: { role, sub } };
}
