import { GraphQLSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createCallers } from '../../../src/gateway/callers.ts';
import { type Config, loadConfig } from '../../../src/gateway/config.ts';
import { createLifecycle } from '../../../src/gateway/lifecycle.ts';
import { createSharedLimits } from '../../../src/gateway/shared-limits.ts';
import { type Deployment, startModules } from '../../../src/gateway/start-modules.ts';
import { type AnyModule, defineModule } from '../../../src/module/module.ts';
import { createMetrics } from '../../../src/observability/metrics.ts';
import { silentLog } from '../../support/test-call.ts';

declare module '../../../src/module/ports.ts' {
  interface Ports {
    /** Tells of changed rows, as a module of rows would. */
    readonly rowsChanged: (table: string) => void;
  }
}

const noService = { variables: {} };

/** What a gateway without any service gives to its modules. */
function deployment(config: Config = loadConfig({})): Deployment {
  const metrics = createMetrics({ process: false });
  const { places, rateLimit } = createSharedLimits(config, metrics);
  const lifecycle = createLifecycle(silentLog);
  const callers = createCallers(config, silentLog);
  const schema = new GraphQLSchema({});
  return { schema, pools: undefined, callers, places, rateLimit, metrics, log: silentLog, lifecycle };
}

function start(modules: readonly AnyModule[]) {
  const config = loadConfig({});
  return startModules(modules, config, deployment(config));
}

describe('modules', () => {
  const heard: string[] = [];
  const cache = defineModule({
    ...noService,
    name: 'cache',
    gives: ['rowsChanged'],
    start: () => ({ client: { heard }, ports: { rowsChanged: (table) => heard.push(table) } }),
  });
  const writer = defineModule({
    ...noService,
    name: 'writer',
    needs: ['rowsChanged'],
    start: ({ ports }) => ({ client: { write: (table: string) => ports.rowsChanged(table) } }),
  });

  it('get what others give, by the name of its port', () => {
    const writes = defineModule({
      ...noService,
      name: 'writes',
      needs: ['rowsChanged'],
      start({ ports }) {
        ports.rowsChanged('todos');
        return {};
      },
    });
    start([cache, writes]);
    expect(heard).toEqual(['todos']);
  });

  it('do not start before what they need', () => {
    expect(() => start([writer, cache])).toThrow(
      'The module writer needs the port rowsChanged, which no module before it gives.',
    );
  });

  it('give a port once, and each that they name', () => {
    expect(() => start([cache, cache])).toThrow('The port rowsChanged is given twice: cache is the second.');
    const forgetful = defineModule({
      ...noService,
      name: 'forgetful',
      gives: ['rowsChanged'],
      start: () => ({}),
    });
    expect(() => start([forgetful])).toThrow('The module forgetful does not give the port rowsChanged.');
  });

  it('are told of a changed schema by whoever has changed it, and each ends once, the last one first', async () => {
    const told: string[] = [];
    const named = (name: string) =>
      defineModule({
        ...noService,
        name,
        start: ({ schemaChanges, lifecycle }) => {
          lifecycle.add(`own of ${name}`, () => void told.push(`own of ${name} ends`));
          return {
            client: schemaChanges,
            onSchemaChange: () => told.push(`${name} forgets`),
            close: () => void told.push(`${name} ends`),
          };
        },
      });
    const config = loadConfig({});
    const given = deployment(config);
    const lifecycle = createLifecycle(silentLog);
    const changer = defineModule({
      ...noService,
      name: 'changer',
      start({ schemaChanges }) {
        schemaChanges.changed();
        return {};
      },
    });
    startModules([named('first'), named('second'), changer], config, { ...given, lifecycle });
    await lifecycle.end(1_000);
    await lifecycle.end(1_000);
    expect(told).toEqual([
      'first forgets',
      'second forgets',
      'second ends',
      'own of second ends',
      'first ends',
      'own of first ends',
    ]);
  });

  it('hold no shutdown up: one that fails or never ends is passed by', async () => {
    const ended: string[] = [];
    const lifecycle = createLifecycle(silentLog);
    lifecycle.add('first', () => void ended.push('first'));
    lifecycle.add('fails', () => Promise.reject(new Error('broken')));
    lifecycle.add('never', () => new Promise(() => undefined));
    await lifecycle.end(10);
    expect(ended).toEqual(['first']);
  });
});
