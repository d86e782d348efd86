import type { RateLimitRule } from '../limits/field-rate-limit.ts';
import type { HttpUpstream } from '../upstream/http/types.ts';

/** One call of a mutation's rate limit that a passed request stands for. */
export interface Spending {
  readonly field: string;
  readonly rule: RateLimitRule;
  readonly account?: string | undefined;
  /** As in RateLimitSubject. */
  readonly ofStranger?: boolean;
  /** Its failures count as well: see FieldRateLimit.attempt. @default false */
  readonly mayFail?: boolean;
  /** @default 1 */
  readonly calls?: number;
}

export type HeaderRule = { readonly only: ReadonlySet<string> } | { readonly except: ReadonlySet<string> };

/** How requests to one path of a service pass. */
export interface PassRule {
  readonly methods: readonly string[];
  /** Under the prefix: see `fitsPattern`. */
  readonly path: string;
  /** Narrows it to the requests whose decoded segments under the prefix it holds for. */
  readonly when?: (segments: readonly string[]) => boolean;
  /**
   * `open` needs no API key, as links in mails and redirects of browsers carry none. `foreign` also passes keys and
   * tokens that are not ours as they came: they are between the caller and the service. `signed` passes all credentials
   * as they came and asks nobody about them: the caller has signed the request.
   */
  readonly access: 'key' | 'open' | 'foreign' | 'signed';
  /** In place of the route's. */
  readonly requestHeaders?: HeaderRule;
  /**
   * `own`: a Location of the answer must be the service's own and is rewritten to our public address.
   * `anywhere`: the service redirects to other sites and to apps by design, and has checked where to.
   * @default 'own'
   */
  readonly location?: 'own' | 'anywhere';
  /**
   * Spends the same buckets as the mutation that does the same. The body is read first (at most `bufferedBytes`),
   * because it names the account.
   */
  readonly spends?: (query: URLSearchParams, body: unknown) => Spending | undefined;
  /** Throws for a body that must not pass: it is read first, as for `spends`. */
  readonly checkBody?: (body: Buffer) => void;
  /** 0: what is spent does not depend on the body, which is streamed. @default 1 MB */
  readonly bufferedBytes?: number;
}

/** One prefix of Supabase's HTTP API and the service behind it. */
export interface ProxyRoute {
  /** Such as `/auth/v1`. */
  readonly prefix: string;
  /** Paths of it that are served without the prefix as well. */
  readonly alsoAt?: readonly string[];
  readonly service: string;
  /** Undefined where the deployment has no such service: 501. */
  readonly upstream: HttpUpstream | undefined;
  /** The allow-list, on decoded paths. */
  readonly rules: readonly PassRule[];
  /** The anon key, where what is before the service wants one on paths that are open here. */
  readonly openKey?: string | undefined;
  readonly maxBodyBytes: number;
  /** Request headers that pass, or that do not; credentials, address and hop-by-hop headers are ours in any case. */
  readonly requestHeaders: HeaderRule;
  /** Sent with each request: what the service wants to know of where it is reached. */
  readonly sentHeaders?: Readonly<Record<string, string>>;
  /**
   * The service writes Location with its own host or ours, but of any scheme and with or without the path that leads to
   * it.
   * @default false
   */
  readonly looseLocation?: boolean;
  /**
   * What of the service's own CORS passes. `names`: the headers that it exposes are added to ours. `answer`: where ours
   * says nothing, its own answer does, though never with credentials. @default nothing
   */
  readonly ownCors?: 'names' | 'answer';
  /** Answer headers that stay inside. */
  readonly hiddenAnswerHeaders?: ReadonlySet<string>;
  /** Host header in place of the service's own. */
  readonly host?: string;
  /** Counts failures apart from the rest of the service, by the decoded segments under the prefix. */
  readonly circuitKey?: (segments: readonly string[]) => string | undefined;
  /** Longest wait for the answer's head; the service's own limit when left out. Milliseconds. */
  readonly answerMs?: number;
  /** What an error of ours says beside code and message, so that the service's clients understand it. */
  readonly describeError?: (code: string) => Readonly<Record<string, unknown>>;
}
