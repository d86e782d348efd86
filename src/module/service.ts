import type { HttpUpstream, UpstreamResponse } from '../upstream/http/types.ts';

/** One of the services behind this gateway, as a module stands for it. */
export interface Service {
  /** Such as STORAGE: in errors, metrics and the enum `ServiceName`. */
  readonly name: string;
  /** Of the enum value. */
  readonly description: string;
  /** The variable that holds its URL. */
  readonly variable: string;
  /** Its path behind Supabase's own gateway; empty for that gateway itself. */
  readonly gatewayPath: string;
  readonly probe: Probe;
  /** Whether a success shows that it has read the request's body. @default true */
  readonly successReadsBody?: boolean;
  /** Path under which it publishes the keys of the tokens that it signs. */
  readonly keysPath?: string;
}

/** How to find out whether a service is up: without a secret, at no more cost to it than an answer. */
interface Probe {
  readonly method: 'GET' | 'HEAD';
  readonly path: string;
  /** The route belongs to someone else (a function, a route that nobody has): any answer below 500 means up. */
  readonly anyAnswer?: boolean;
  readonly version?: (answer: UpstreamResponse) => string | null;
  /** A second route that says only the version; asked once per probe, its failure does not count. */
  readonly versionPath?: string;
  /** Supabase's gateway lets only the service key through to it. @default false */
  readonly needsServiceKey?: boolean;
}

/** A service as this deployment reaches it. */
export interface ServiceUpstream {
  readonly upstream: HttpUpstream;
  /** The URL is a path behind Supabase's gateway, which wants a key and hides some routes. */
  readonly behindGateway: boolean;
}

/** A service with what of it is deployed. */
export interface DeployedService extends Service {
  /** Undefined where the deployment has none. */
  readonly deployed: ServiceUpstream | undefined;
  /** Host header in place of the URL's own. */
  readonly host: string | undefined;
  /** What the gateway itself has noticed of a service that answers its probe. */
  trouble(): string | undefined;
}
