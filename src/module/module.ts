import type { GraphQLSchema } from 'graphql';
import type { Variables } from '../config/variable.ts';
import type { SchemaBuilder } from '../graphql/kit/builder.ts';
import type { Viewer } from '../viewer/viewer.ts';
import type { Host } from './host.ts';
import type { PortName, Ports } from './ports.ts';
import type { ProxyRoute } from './proxy-route.ts';
import type { Service } from './service.ts';
import type { Upgrade } from './upgrade.ts';

/** A module that runs: what it made of its host. */
export interface Started<Client = unknown, Gives extends PortName = never> {
  /** What resolvers find under the module's name in `context.services`. */
  readonly client?: Client;
  /** What passes through to the service beside GraphQL. */
  readonly routes?: readonly ProxyRoute[];
  readonly upgrades?: readonly Upgrade[];
  /** Names, in lower case, of those headers of requests that it finds in its calls. */
  readonly requestHeaders?: readonly string[];
  /** Host header with which the service wants to be asked in place of the URL's own. */
  readonly host?: string | undefined;
  /**
   * The schema of one viewer, made of the one it is given: everybody's, or what another module has made of that. Asked
   * for each operation, so it answers at once, with one of few schemas, each made once for whoever may use the same.
   */
  schemaFor?(viewer: Viewer, schema: GraphQLSchema): GraphQLSchema;
  /** Where `schemaFor` may be behind what the database has: see SchemaChoice. */
  reconsiderSchema?(query: string): Promise<void> | undefined;
  /** What is wrong with the service though it answers its probe; undefined when nothing is. */
  trouble?(): string | undefined;
  /** Those of the required services that are not up: `/ready` waits for them. */
  missing?(required: readonly string[]): Promise<readonly string[]>;
  /** What is held just now, for the metrics. */
  stats?(): Readonly<Record<string, number>>;
  /** Forgets what was read from the database's schema. */
  onSchemaChange?(): void;
  /**
   * Asked before the gateway listens. Rejects with what an operator has to mend; a service that is down is no reason
   * not to start.
   */
  check?(): Promise<void>;
  /** What keeps callers from what they could have of it, in sentences for whoever runs the gateway. Never rejects. */
  diagnose?(): Promise<readonly string[]>;
  close?(): void | Promise<void>;
  /** What it gives to the modules behind it. */
  readonly ports?: Pick<Ports, Gives>;
}

/** A part of the gateway that can be left out: usually one service, with its client, its fields and its routes. */
export interface Module<
  Name extends string,
  V extends Variables,
  Client,
  Needs extends PortName,
  Gives extends PortName,
> {
  readonly name: Name;
  /** Environment variables that it alone reads: part of the configuration's reference and of its errors. */
  readonly variables: V;
  readonly service?: Service & { readonly variable: keyof V & string };
  /** Adds its types and fields. `namedServices`: of all modules, and the database. */
  schema?(builder: SchemaBuilder, namedServices: readonly Pick<Service, 'name' | 'description'>[]): void;
  /** What becomes of the schema that all modules have built, each after the one before it in the list. */
  transformSchema?(schema: GraphQLSchema): GraphQLSchema;
  /** Names in RATE_LIMITS that no field of the schema has. */
  readonly rateLimits?: readonly string[];
  /** Ports without which it does not start. */
  readonly needs?: readonly Needs[];
  readonly gives?: readonly Gives[];
  /** Makes what runs. Nothing listens and nothing connects until it is asked to. */
  start(host: Host<V, Needs>): Started<Client, Gives>;
}

/** Any of them, for whoever asks nothing of one in particular. */
export interface AnyModule extends Omit<Module<string, Variables, unknown, PortName, PortName>, 'start'> {
  start(host: Host): Started;
}

/** Gives the module back, with its types inferred. */
export function defineModule<
  const Name extends string,
  V extends Variables,
  Client,
  Needs extends PortName = never,
  Gives extends PortName = never,
>(module: Module<Name, V, Client, Needs, Gives>): Module<Name, V, Client, Needs, Gives> {
  return module;
}

/** The clients of a list of modules, by their names. */
export type ClientsOf<Modules extends readonly AnyModule[]> = {
  readonly [M in Modules[number] as unknown extends ClientOf<M> ? never : M['name']]: ClientOf<M>;
};

type ClientOf<M> = M extends { start(...args: never[]): Started<infer Client> } ? Client : never;
