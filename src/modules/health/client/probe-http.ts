import type { DeployedService, ServiceUpstream } from '../../../module/service.ts';
import type { RequestOptions, UpstreamResponse } from '../../../upstream/http/types.ts';
import type { Call } from '../../../viewer/call.ts';
import { probeFailure } from './errors.ts';
import type { ProbeResult } from './types.ts';

// A gateway answers these itself when the service behind it does not.
const saidByGateway: ReadonlySet<number> = new Set([502, 503, 504]);

export interface HttpProbe {
  readonly service: DeployedService;
  readonly deployed: ServiceUpstream;
  /** What to send as `apikey` behind a gateway; no credential is sent elsewhere. */
  readonly apikey: string | undefined;
  readonly call: Call;
  readonly timeoutMs: number;
}

/** Asks one service whether it is up. Never throws. */
export async function probeHttp({
  service,
  deployed,
  apikey,
  call,
  timeoutMs,
}: HttpProbe): Promise<ProbeResult> {
  const { probe, host } = service;
  const { upstream, behindGateway } = deployed;
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
    if (behindGateway && apikey !== undefined) options.headers = { apikey };
    if (host !== undefined && !behindGateway) options.host = host;
    return upstream.request(options);
  };
  const started = performance.now();
  const versionAnswer = probe.versionPath === undefined ? undefined : ask('GET', probe.versionPath);
  // Awaited below, or not at all: it must not count as unhandled.
  versionAnswer?.catch(() => undefined);
  try {
    const answer = await ask(probe.method, probe.path);
    const latency = performance.now() - started;
    const verdict = judge(answer.status, probe.anyAnswer === true, behindGateway);
    const source = versionAnswer === undefined ? answer : await versionAnswer.catch(() => undefined);
    const version = source !== undefined && source.status < 400 ? probe.version?.(source) : undefined;
    const fromHeader = probe.anyAnswer === true ? probe.version?.(answer) : undefined;
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
