import { type PostgresProxy, proxyPostgres } from './postgres-proxy.ts';

export interface StatementWatch extends AsyncDisposable {
  readonly port: number;
  /** What was executed since the last call, in order, with the parameters of each, and in how many writes it was sent. */
  take(): {
    readonly statements: readonly string[];
    readonly params: readonly (readonly (string | null)[])[];
    readonly writes: number;
  };
}

/** Stands before a real Postgres and reads which statements one client has it execute. */
export async function watchStatements(target: number): Promise<StatementWatch> {
  const texts = new Map<string, string>();
  let statements: string[] = [];
  let params: (readonly (string | null)[])[] = [];
  let writes = 0;
  let held = Buffer.alloc(0);

  function read(letter: string, body: Buffer): void {
    const [first = '', second = ''] = body.toString('utf8').split('\0', 2);
    if (letter === 'P') texts.set(first, second);
    else if (letter === 'B') {
      statements.push(texts.get(second) ?? '');
      params.push(paramsOf(body.subarray(Buffer.byteLength(first) + Buffer.byteLength(second) + 2)));
    } else if (letter === 'Q') {
      statements.push(first);
      params.push([]);
    }
  }

  function next(): Buffer | undefined {
    if (held.length < 5) return undefined;
    // The first one has no letter before its length.
    const length = held[0] === 0 ? held.readUInt32BE(0) : 1 + held.readUInt32BE(1);
    if (held.length < length) return undefined;
    const message = held.subarray(0, length);
    held = held.subarray(length);
    return message;
  }

  const proxy: PostgresProxy = await proxyPostgres(target, () => 'pass', {
    sent(bytes) {
      writes += 1;
      held = Buffer.concat([held, bytes]);
      for (let message = next(); message !== undefined; message = next()) {
        read(String.fromCharCode(message[0] ?? 0), message.subarray(5));
      }
      return bytes;
    },
  });
  return {
    port: proxy.port,
    take() {
      const taken = { statements, params, writes };
      statements = [];
      params = [];
      writes = 0;
      return taken;
    },
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}

/** Of a Bind message behind its two names: the formats of the parameters, then these. */
function paramsOf(bind: Buffer): (string | null)[] {
  let at = 2 + 2 * bind.readUInt16BE(0);
  const count = bind.readUInt16BE(at);
  at += 2;
  return Array.from({ length: count }, () => {
    const length = bind.readInt32BE(at);
    at += 4;
    if (length < 0) return null;
    at += length;
    return bind.toString('utf8', at - length, at);
  });
}
