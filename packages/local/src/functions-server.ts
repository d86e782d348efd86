import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AnswerSink, FunctionLimits, WorkerFailure } from './functions/function-worker.ts';
import { createFunctionRegistry } from './functions/registry.ts';
import { createHostCheck } from './http/allowed-hosts.ts';
import { type LocalServer, startLocalServer } from './http/local-server.ts';
import { readBody } from './http/read-body.ts';
import type { LocalLog } from './lib/log.ts';

export interface FunctionsServerOptions {
  /** Holds one folder for each function, as `supabase/functions` does. It may be missing. */
  readonly functionsDir: string;
  /**
   * What the functions see as environment, over `.env` of that folder; read each time one is started. Nothing of our
   * own environment is passed.
   */
  readonly env: Readonly<Record<string, string>>;
  readonly log: LocalLog;
  readonly limits?: Partial<FunctionLimits> | undefined;
}

const defaultLimits: FunctionLimits = { requestMs: 150_000, bootMs: 10_000, memoryMb: 256 };
const maxBodyBytes = 20 * 1024 * 1024;

// The answers of Supabase's runtime when a function gives none.
const failures: Readonly<
  Record<WorkerFailure | 'missing', { status: number; code: string; message: string }>
> = {
  missing: { status: 404, code: 'NOT_FOUND', message: 'Requested function was not found' },
  boot: {
    status: 503,
    code: 'BOOT_ERROR',
    message: 'Function failed to start (please check logs)',
  },
  error: {
    status: 500,
    code: 'WORKER_ERROR',
    message: 'Function exited due to an error (please check logs)',
  },
  memory: {
    status: 546,
    code: 'WORKER_LIMIT',
    message: 'Function failed due to not having enough compute resources (please check logs)',
  },
  time: { status: 504, code: 'REQUEST_TIMEOUT', message: 'Function did not answer in time' },
  replaced: { status: 503, code: 'SHUTTING_DOWN', message: 'The functions server is shutting down' },
};

/**
 * Starts the functions server of the local stack on loopback: Node workers that look enough like Supabase's runtime
 * to develop against. It is no sandbox: a function can do what this process can.
 */
export async function startFunctionsServer(options: FunctionsServerOptions): Promise<LocalServer> {
  const { log, functionsDir, env } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const registry = createFunctionRegistry({ functionsDir, env, limits, log });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = `http://${request.headers.host?.toLowerCase()}${request.url ?? '/'}`;
    if (!URL.canParse(target)) {
      sendJson(response, 400, { msg: 'bad request' });
      return;
    }
    const url = new URL(target);
    url.pathname = url.pathname.replace(/^\/functions\/v1(?=\/|$)/, '');
    const name = url.pathname.split('/')[1] ?? '';
    if (name === '') {
      sendJson(response, 400, { msg: 'missing function name in request' });
      return;
    }
    const worker = await registry.worker(name).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      log.error({ function: name, reason }, 'a function could not be started');
      return 'boot' as const;
    });
    if (worker === undefined || worker === 'boot') {
      sendFailure(response, worker ?? 'missing');
      return;
    }
    const body = await readBody(request, maxBodyBytes);
    if (body === undefined) {
      sendJson(response, 413, { code: 'PAYLOAD_TOO_LARGE', message: 'Request body is too large' });
      return;
    }
    const leave = worker.request(
      {
        method: request.method ?? 'GET',
        url: url.href,
        headers: headersOf(request),
        body: sentBody(request, body),
      },
      responseSink(response),
    );
    response.once('close', leave);
  }

  const server = await startLocalServer({
    isOurs: createHostCheck(),
    answer,
    fail(error, _request, response) {
      log.error({ err: error }, 'a functions request failed');
      if (response.headersSent) response.destroy();
      else sendFailure(response, 'error');
    },
  });
  return {
    url: server.url,
    async close() {
      await registry.close();
      await server.close();
    },
  };
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function sendFailure(response: ServerResponse, failure: WorkerFailure | 'missing'): void {
  const { status, code, message } = failures[failure];
  sendJson(response, status, { code, message });
}

function responseSink(response: ServerResponse): AnswerSink {
  return {
    head(status, headers) {
      const byName = new Map<string, string[]>();
      for (const [name, value] of headers) byName.set(name, [...(byName.get(name) ?? []), value]);
      // The worker's runtime has taken encodings off already, and pieces decide the framing.
      for (const name of ['connection', 'transfer-encoding', 'keep-alive']) byName.delete(name);
      response.writeHead(
        status,
        Object.fromEntries(
          [...byName].map(([name, values]) => [name, values.length > 1 ? values : values[0]]),
        ),
      );
    },
    piece(bytes) {
      return new Promise((resolve) => {
        if (response.destroyed || response.write(bytes)) resolve();
        else {
          const goOn = () => {
            response.off('drain', goOn).off('close', goOn);
            resolve();
          };
          response.on('drain', goOn).on('close', goOn);
        }
      });
    },
    end: () => response.end(),
    fail(failure) {
      if (response.headersSent) response.destroy();
      else sendFailure(response, failure);
    },
  };
}

function headersOf(request: IncomingMessage): [string, string][] {
  const headers: [string, string][] = [];
  for (const [name, value] of Object.entries(request.headers)) {
    if (name === 'connection' || name === 'transfer-encoding' || value === undefined) continue;
    for (const each of Array.isArray(value) ? value : [value]) headers.push([name, each]);
  }
  return headers;
}

/** What `Request` takes as a body: none where there cannot be one. */
function sentBody({ method }: IncomingMessage, body: Buffer): Uint8Array<ArrayBuffer> | undefined {
  const hasBody = body.byteLength > 0 && method !== 'GET' && method !== 'HEAD';
  return hasBody ? new Uint8Array(body) : undefined;
}
