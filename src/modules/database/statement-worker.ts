import { parentPort, workerData } from 'node:worker_threads';
import { loadModule } from 'libpg-query';
import { parseStatements } from './statement-parser.ts';

// The entry of a worker thread: it parses the one text it was started with.
await loadModule();
parentPort?.postMessage(parseStatements(String(workerData)));
