import { z } from 'zod';
import type { HttpServiceName } from '../../../config/service-urls.ts';
import type { ServiceUpstream } from '../../../upstream/http/service-upstreams.ts';
import type { RequestOptions, UpstreamResponse } from '../../../upstream/http/upstream.ts';
import type { Call } from '../../../viewer/call.ts';
import { probeFailure } from './errors.ts';
import type { ProbeResult } from './types.ts';

/** One HTTP service as this deployment reaches it. */
export interface ProbedUpstream extends ServiceUpstream {
  /** What to send as `apikey` behind a gateway; no credential is sent elsewhere. */
  readonly apikey?: string | undefined;
  /** What the gateway itself has noticed of a service that answers its probe. */
  readonly trouble?: (() => string | undefined) | undefined;
  /** Host header in place of the URL's own: the Realtime tenant. */
  readonly host?: string | undefined;
}

interface ProbePlan {
  readonly method: 'GET' | 'HEAD';
  readonly path: string;
  /** The route belongs to someone else (a function, a route that nobody has): any answer below 500 means up. */
  readonly anyAnswer?: boolean;
  readonly version?: (answer: UpstreamResponse) => string | null;
  /** A second route that says only the version; asked once per probe, its failure does not count. */
  readonly versionPath?: string;
}

const versionBody = z.object({ version: z.string() });

function versionInBody({ body }: UpstreamResponse): string | null {
  const parsed = versionBody.safeParse(body);
  return parsed.success ? parsed.data.version : null;
}

function versionInServerHeader({ headers }: UpstreamResponse): string | null {
  const server = headers['server'];
  return typeof server === 'string' ? server : null;
}

function versionInText({ text }: UpstreamResponse): string | null {
  const version = text.trim();
  return /^[\w.+-]{1,64}$/.test(version) ? version : null;
}

// None of these needs a secret, touches a database, or costs the service more than an answer.
const plans: Readonly<Record<HttpServiceName, ProbePlan>> = {
  AUTH: { method: 'GET', path: '/health', version: versionInBody },
  STORAGE: { method: 'GET', path: '/status', versionPath: '/version', version: versionInText },
  META: { method: 'GET', path: '/health', versionPath: '/', version: versionInBody },
  // /healthcheck is not routed by gateways, and says nothing about the tenant.
  REALTIME: { method: 'GET', path: '/api/ping' },
  FUNCTIONS: { method: 'GET', path: '/', anyAnswer: true },
  // HEAD: the body would be the whole OpenAPI document.
  POSTGREST: { method: 'HEAD', path: '/', anyAnswer: true, version: versionInServerHeader },
  API_GATEWAY: { method: 'HEAD', path: '/', anyAnswer: true, version: versionInServerHeader },
};

// A gateway answers these itself when the service behind it does not.
const saidByGateway: ReadonlySet<number> = new Set([502, 503, 504]);

/** Asks one service whether it is up. Never throws. */
export async function probeHttp(
  name: HttpServiceName,
  probed: ProbedUpstream,
  call: Call,
  timeoutMs: number,
): Promise<ProbeResult> {
  const plan = plans[name];
  const ask = (method: 'GET' | 'HEAD', path: string): Promise<UpstreamResponse> => {
    const options: RequestOptions = {
      method,
      path,
      call,
      timeoutMs,
      credentials: 'none',
      bypassCircuit: true,
      idempotent: false,
      maxAnswerBytes: 256 * 1024,
    };
    if (probed.behindGateway && probed.apikey !== undefined) options.headers = { apikey: probed.apikey };
    if (probed.host !== undefined && !probed.behindGateway) options.host = probed.host;
    return probed.upstream.request(options);
  };
  const started = performance.now();
  const versionAnswer = plan.versionPath === undefined ? undefined : ask('GET', plan.versionPath);
  // Awaited below, or not at all: it must not count as unhandled.
  versionAnswer?.catch(() => undefined);
  try {
    const answer = await ask(plan.method, plan.path);
    const latency = performance.now() - started;
    const verdict = judge(answer.status, plan.anyAnswer === true, probed.behindGateway);
    const source = versionAnswer === undefined ? answer : await versionAnswer.catch(() => undefined);
    const version = source !== undefined && source.status < 400 ? plan.version?.(source) : undefined;
    const fromHeader = plan.anyAnswer === true ? plan.version?.(answer) : undefined;
    return { ...verdict, latency, version: version ?? fromHeader ?? null };
  } catch (error) {
    return { status: 'DOWN', latency: null, version: null, reason: probeFailure(error) };
  }
}

function judge(
  status: number,
  anyAnswer: boolean,
  behindGateway: boolean,
): Pick<ProbeResult, 'status' | 'reason'> {
  if (status < 300 || (anyAnswer && status < 500)) return { status: 'UP', reason: null };
  if (behindGateway && saidByGateway.has(status)) {
    return { status: 'DOWN', reason: `The gateway answered ${status} in its place.` };
  }
  if (behindGateway && (status === 401 || status === 403)) {
    return { status: 'DEGRADED', reason: 'The gateway refused the key of the probe.' };
  }
  return { status: 'DEGRADED', reason: `The probe was answered with ${status}.` };
}
