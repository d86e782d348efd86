import { readFileSync } from 'node:fs';
import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { type PostgresAddress, sslModeFor } from '../../lib/postgres-url.ts';

const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
const keepAliveAfterMs = 30_000;

/** One connected socket to one host, TLS already settled as the address asks. */
export type OpenPostgresSocket = (
  host: { readonly host: string; readonly port: number },
  timeoutMs: number,
) => Promise<Socket>;

/**
 * Gives the function that opens sockets for an address. The CA file is read here, once.
 * Throws when that file cannot be read.
 */
export function createSocketOpener(address: PostgresAddress): OpenPostgresSocket {
  const ca = readCertificate(address.sslRootCert);
  return async ({ host, port }, timeoutMs) => {
    const mode = sslModeFor(address, host);
    const deadline = Date.now() + timeoutMs;
    const socket = await openTcp(host, port, timeoutMs);
    if (mode === 'disable') return socket;
    const accepted = await askForTls(socket, deadline - Date.now());
    if (!accepted) {
      if (mode === 'prefer') return socket;
      socket.destroy();
      throw new Error('the server does not offer TLS, and sslmode asks for it');
    }
    return await startTls(socket, tlsOptions(mode, host, ca), deadline - Date.now());
  };
}

function tlsOptions(mode: string, host: string, ca: string | undefined): ConnectionOptions {
  const options: ConnectionOptions = {
    // What the certificate is compared with where there is no servername, as for an address: else it is `localhost`.
    host,
    // libpq's rule: `require` encrypts, and verifies the authority when one is given.
    rejectUnauthorized:
      mode === 'verify-full' || mode === 'verify-ca' || (mode === 'require' && ca !== undefined),
  };
  if (isIP(host) === 0) options.servername = host;
  if (ca !== undefined) options.ca = ca;
  if (mode !== 'verify-full') options.checkServerIdentity = () => undefined;
  return options;
}

function readCertificate(certificate: string | undefined): string | undefined {
  if (certificate === undefined || certificate === 'system') return undefined;
  return certificate.includes('-----BEGIN') ? certificate : readFileSync(certificate, 'utf8');
}

function openTcp(host: string, port: number, timeoutMs: number): Promise<Socket> {
  const socket = host.startsWith('/')
    ? connect({ path: `${host}/.s.PGSQL.${port}` })
    : connect({ host, port, keepAlive: true, keepAliveInitialDelay: keepAliveAfterMs, noDelay: true });
  return settle(socket, timeoutMs, (resolve) => {
    socket.once('connect', () => resolve(socket));
  });
}

function askForTls(socket: Socket, timeoutMs: number): Promise<boolean> {
  return settle(socket, timeoutMs, (resolve, reject) => {
    socket.once('data', (answer) => {
      // More than one byte would be plain text that somebody put in front of the encryption.
      if (answer.length === 1) resolve(answer[0] === 0x53);
      else reject(new Error('the server answered the request for TLS with something else'));
    });
    socket.write(sslRequest);
  });
}

function startTls(socket: Socket, options: ConnectionOptions, timeoutMs: number): Promise<Socket> {
  // The encrypted socket reports what happens to this one; without a listener its error would end the process.
  socket.on('error', () => undefined);
  const secure = connectTls({ ...options, socket });
  return settle(secure, timeoutMs, (resolve) => {
    secure.once('secureConnect', () => resolve(secure));
  });
}

/** Waits for one step of opening `socket`; on failure or time-out the socket is destroyed. */
function settle<T>(
  socket: Socket,
  timeoutMs: number,
  step: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => fail(new Error('connecting took too long')), Math.max(timeoutMs, 1));
    const onClose = () => fail(new Error('the connection was closed while it was being opened'));
    const finish = () => {
      clearTimeout(timer);
      socket.removeListener('error', fail);
      socket.removeListener('close', onClose);
      socket.removeAllListeners('data');
    };
    const fail = (error: Error) => {
      finish();
      // A socket that fails again while it is torn down must not end the process.
      socket.on('error', () => undefined);
      socket.destroy();
      reject(error);
    };
    socket.once('error', fail);
    socket.once('close', onClose);
    step((value) => {
      finish();
      resolve(value);
    }, fail);
  });
}
