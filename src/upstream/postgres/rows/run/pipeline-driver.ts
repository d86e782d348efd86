import type { Socket } from 'node:net';
import pg from 'pg';
import { AppError } from '../../../../lib/app-error.ts';
import { within } from '../../../../lib/within.ts';
import type { DriverOptions, PostgresDriver } from '../../connection.ts';
import { filterMessages } from '../../message-filter.ts';
import { ServerError } from '../../postgres-error.ts';
import type { EncodedParam, PlainSql, PostgresResult } from '../../postgres-sql.ts';
import type { CancelKey } from '../../send-cancel.ts';
import { builtInByOid } from '../../values.ts';
import { createPlans, type Plans } from './plans.ts';

// All that leans on pg is here, because much of it is documented nowhere. Checked against 8.23.1. It is there for what
// postgres.js has no way to do: several statements with parameters before one Sync.

/** One statement of an exchange. */
export interface Step {
  readonly text: string;
  readonly params: readonly EncodedParam[];
  /** For whom it may be prepared: a plan that several roles took turns with would be made anew at each turn. */
  readonly planFor?: string;
}

export interface PipelineSql extends PlainSql {
  /**
   * Sends all steps and one Sync: one round trip, and one transaction where they do not begin one. Several exchanges may
   * be sent at once. Gives each step's row, empty where it gives none. At an error the rest is skipped: it rejects with a
   * ServerError that says at which step, or with another error when the connection was lost.
   */
  exchange(steps: readonly Step[]): Promise<readonly (readonly (string | null)[])[]>;
  /** Has all statements prepared anew. */
  forgetPlans(): void;
}

/** What Bind can count. */
const mostParams = 65_535;
/** Milliseconds for a goodbye. */
const endMs = 1_000;

/** Connects at once. */
export function openPipelineDriver(options: DriverOptions): PostgresDriver<PipelineSql> {
  const plans = options.mayPrepare ? createPlans() : undefined;
  /** What was sent and has not been answered to its end, in order. */
  const sent: Sent[] = [];
  const closeCallbacks: (() => void)[] = [];
  const state: { -readonly [Key in keyof CancelKey]: CancelKey[Key] } = { pid: 0, secret: 0 };
  let socket: Socket | undefined;
  let closed = false;

  const markClosed = (): void => {
    if (closed) return;
    closed = true;
    for (const callback of closeCallbacks) callback();
  };
  const destroy = (): void => {
    socket?.destroy();
    markClosed();
  };

  async function connect(): Promise<pg.Client> {
    socket = await options.openSocket();
    if (closed) {
      socket.destroy();
      throw new Error('the connection was given up while it was being opened');
    }
    filterMessages(socket, options.filter, options.onReceived);
    const client = new PipelineClient(socket, options);
    client.on('error', destroy);
    client.on('notice', (notice) => options.onNotice(textsOf(notice)));
    client.on('notification', ({ channel, payload = '' }) => options.onNotify(channel, payload));
    const { connection } = client;
    connection.on('backendKeyData', ({ processID, secretKey }: { processID: number; secretKey: number }) => {
      // It reads them with a sign.
      state.pid = processID >>> 0;
      state.secret = secretKey >>> 0;
    });
    connection.on('parseComplete', () => sent[0]?.handleParseComplete?.());
    // It forgets a query at its error, and tells it of no ReadyForQuery then.
    connection.on('readyForQuery', () => sent.shift()?.finish());
    connection.on('end', () => {
      markClosed();
      for (const each of sent.splice(0)) each.lose();
    });
    await client.connect().catch((error: unknown) => {
      throw toServerError(error, 'FATAL', 0);
    });
    return client;
  }

  const connecting = connect();
  connecting.catch(destroy);

  async function send<T extends Sent>(query: T): Promise<T> {
    const client = await connecting;
    await new Promise<void>((resolve, reject) => {
      query.start(sent, resolve, reject);
      client.query(query);
    });
    return query;
  }

  return {
    sql: {
      async run<Row extends object>(text: string): Promise<PostgresResult<Row>> {
        const { answer, command } = await send(new SentText<Row>(text));
        return Object.assign(answer, { command, state });
      },
      async exchange(steps) {
        if (steps.some(({ params }) => params.length > mostParams)) {
          throw new AppError(
            'OPERATION_TOO_COMPLEX',
            'One statement would need more parameters than Postgres takes.',
            {
              details: { limit: mostParams },
            },
          );
        }
        return (await send(new SentSteps(steps, plans))).answers;
      },
      forgetPlans: () => plans?.forget(),
    },
    get closed() {
      return closed;
    },
    onClose(callback) {
      if (closed) callback();
      else closeCallbacks.push(callback);
    },
    destroy,
    async end() {
      const client = await connecting.catch(() => undefined);
      if (client !== undefined && !closed) await within(endMs, client.end());
      destroy();
    },
  };
}

class PipelineClient extends pg.Client {
  readonly #startup: Readonly<Record<string, string>>;

  constructor(socket: Socket, { address, port, parameters }: DriverOptions) {
    // Whatever is missing comes from PG… environment variables. An empty password would be missing, too.
    super({
      host: 'postgres',
      port,
      user: address.user,
      database: address.database,
      password: () => address.password,
      ssl: false,
      sslnegotiation: 'postgres',
      pipeline: true,
      stream: () => asUnconnected(socket),
    });
    this.#startup = {
      user: address.user,
      database: address.database,
      application_name: address.applicationName ?? 'bunbun',
      ...parameters,
    };
  }

  /** It asks for no other parameters than those that it knows. */
  getStartupConf(): Readonly<Record<string, string>> {
    return this.#startup;
  }
}

/** It connects by itself, and takes this for done. */
function asUnconnected(socket: Socket): Socket {
  socket.connect = () => {
    process.nextTick(() => socket.emit('connect'));
    return socket;
  };
  return socket;
}

/** One message of the simple protocol, or what goes out before one Sync. It pipelines no other queries than its own class. */
abstract class Sent extends pg.Query {
  #queue: Sent[] = [];
  #failure: Error | undefined;
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  /** How many of its statements have ended. */
  protected ended = 0;

  constructor() {
    super('');
  }

  /** Before it is handed to the client. It joins `queue` when it is sent, and leaves it when it is answered. */
  start(queue: Sent[], resolve: () => void, reject: (error: Error) => void): void {
    this.#queue = queue;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  override submit = (connection: pg.Connection): void => {
    this.#queue.push(this);
    // All that is sent in one turn goes out in one write.
    connection.stream.cork();
    this.write(connection);
    process.nextTick(() => connection.stream.uncork());
  };

  protected abstract write(connection: pg.Connection): void;

  handleParseComplete?(): void;

  abstract handleDataRow(message: { fields: readonly (string | null)[] }): void;

  handleCommandComplete(_message: { text: string }): void {
    this.ended += 1;
  }

  handleEmptyQuery(): void {
    this.ended += 1;
  }

  handleError(error: Error): void {
    this.#failure ??= error;
    // Refused before it was sent.
    if (!this.#queue.includes(this)) this.lose();
  }

  /** Postgres is ready for another one: an error that it told of was no end of the connection. */
  finish(): void {
    if (this.#failure === undefined) this.#resolve();
    else this.#reject(toServerError(this.#failure, 'ERROR', this.ended));
  }

  /** The connection is gone: an error that Postgres told of was the reason. */
  lose(): void {
    this.#failure ??= new Error('the connection was lost');
    this.#reject(toServerError(this.#failure, 'FATAL', this.ended));
  }
}

interface Field {
  readonly name: string;
  readonly dataTypeID: number;
}

class SentText<Row extends object> extends Sent {
  readonly answer: Row[] = [];
  command = '';
  readonly #text: string;
  #fields: readonly Field[] = [];

  constructor(text: string) {
    super();
    this.#text = text;
  }

  protected override write(connection: pg.Connection): void {
    connection.query(this.#text);
  }

  handleRowDescription({ fields }: { fields: readonly Field[] }): void {
    this.#fields = fields;
  }

  override handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    const values = this.#fields.map(({ name, dataTypeID }, place) => {
      const text = fields[place] ?? null;
      const { decode = String } = builtInByOid.get(dataTypeID) ?? {};
      return [name, text === null ? null : decode(text)];
    });
    this.answer.push(Object.fromEntries(values));
  }

  override handleCommandComplete(message: { text: string }): void {
    super.handleCommandComplete(message);
    // Numbers of rows follow.
    [this.command = ''] = message.text.split(/ \d/, 1);
  }
}

class SentSteps extends Sent {
  readonly answers: (readonly (string | null)[])[];
  readonly #steps: readonly Step[];
  readonly #plans: Plans | undefined;
  /** Of the Parse messages that are not confirmed, the names, in their order. */
  readonly #parsing: string[] = [];

  constructor(steps: readonly Step[], plans: Plans | undefined) {
    super();
    this.#steps = steps;
    this.#plans = plans;
    this.answers = steps.map(() => []);
  }

  protected override write(connection: pg.Connection): void {
    for (const step of this.#steps) this.#writeStep(connection, step);
    connection.sync();
  }

  #writeStep(connection: pg.Connection, { text, params, planFor }: Step): void {
    const plan = planFor === undefined ? undefined : this.#plans?.take(planFor, text);
    const name = plan?.name ?? '';
    for (const dropped of this.#plans?.takeDropped() ?? []) {
      connection.close({ type: 'S', name: dropped }, true);
    }
    if (plan?.parsed !== true) {
      this.#parsing.push(name);
      connection.parse({ name, text, types: [] }, true);
    }
    connection.bind({ statement: name, values: [...params] }, true);
    connection.execute(null, true);
  }

  /** A Parse that came after an error was skipped: only what is confirmed is there. */
  override handleParseComplete(): void {
    const name = this.#parsing.shift();
    if (name !== undefined && name !== '') this.#plans?.confirm(name);
  }

  override handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    this.answers[this.ended] = fields;
  }

  override finish(): void {
    for (const name of this.#parsing) this.#plans?.fail(name);
    super.finish();
  }
}

/** What Postgres said by the names that all drivers have; anything else as it is. */
function toServerError(error: unknown, severity: 'ERROR' | 'FATAL', step: number): Error {
  if (!(error instanceof pg.DatabaseError) || error.code === undefined) {
    return error instanceof Error ? error : new Error(String(error));
  }
  // It gives the severity in the server's own language alone.
  const fields = {
    ...textsOf(error),
    ...(error.schema === undefined ? {} : { schema_name: error.schema }),
    ...(error.table === undefined ? {} : { table_name: error.table }),
    ...(error.column === undefined ? {} : { column_name: error.column }),
    ...(error.constraint === undefined ? {} : { constraint_name: error.constraint }),
  };
  return new ServerError({ ...fields, message: error.message, code: error.code, severity }, step);
}

/** The fields of an error or a notice that Postgres gave. */
function textsOf(report: object): Record<string, string> {
  return Object.fromEntries(Object.entries(report).filter(([, value]) => typeof value === 'string'));
}
