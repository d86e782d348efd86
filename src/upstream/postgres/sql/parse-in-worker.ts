import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';

const answerSchema = z.object({
  tree: z.unknown().optional(),
  syntaxError: z.object({ message: z.string(), position: z.number() }).optional(),
});

/** Neither part: the parser failed in a way that says nothing about the SQL, or took too long. */
export type WorkerAnswer = z.infer<typeof answerSchema>;

/**
 * Parses one text in a thread of its own, so that a long one holds nobody up. What can be large and decides nothing
 * about a statement's kind is cut out of the tree. Never rejects.
 */
export function parseInWorker(text: string, timeoutMs: number): Promise<WorkerAnswer> {
  return new Promise((resolve) => {
    const parser = createRequire(import.meta.url).resolve('libpg-query');
    const worker = new Worker(program, {
      eval: true,
      workerData: { parser, text },
      resourceLimits: { maxOldGenerationSizeMb: 1024 },
    });
    const finish = (answer: WorkerAnswer): void => {
      clearTimeout(timer);
      resolve(answer);
      void worker.terminate();
    };
    const timer = setTimeout(() => finish({}), timeoutMs);
    worker.once('message', (message) => finish(answerSchema.parse(message)));
    worker.once('error', () => finish({}));
    worker.once('exit', () => finish({}));
  });
}

// JavaScript as text, because a worker's file would be TypeScript when run from source, which Node 20 cannot load.
const program = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { hasSqlDetails, loadModule, parseSync } = require(workerData.parser);
  const bulky = new Set(['targetList', 'fromClause', 'whereClause', 'valuesLists', 'selectStmt', 'tableElts',
    'rarg', 'havingClause', 'groupClause', 'sortClause', 'windowClause', 'returningList', 'cols', 'cmds']);
  loadModule().then(() => {
    try {
      const text = JSON.stringify(parseSync(workerData.text), (key, value) => bulky.has(key) ? undefined : value);
      parentPort.postMessage({ tree: JSON.parse(text) });
    } catch (error) {
      const position = hasSqlDetails(error) ? (error.sqlDetails.cursorPosition || 0) + 1 : 0;
      parentPort.postMessage(position > 0 ? { syntaxError: { message: error.message, position } } : {});
    }
  });
`;
