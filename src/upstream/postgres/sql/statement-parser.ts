import { hasSqlDetails, loadModule, parseSync } from 'libpg-query';
import { createLru } from '../../../lib/lru.ts';
import { parseInWorker } from './parse-in-worker.ts';
import { classifyStatements, type StatementClass } from './statement-class.ts';

/** What a text of SQL is made of; `parsed: false` when only the server can tell. */
export type ParsedSql =
  | { readonly parsed: true; readonly statements: readonly StatementClass[] }
  | {
      readonly parsed: false;
      /** The parser's own complaint, when it was one about the SQL. `position` counts characters from 1. */
      readonly syntaxError: { readonly message: string; readonly position: number } | undefined;
    };

export interface StatementParser {
  /** Synchronous for what is cached or short, so that the usual path waits for nothing. Never throws. */
  parse(text: string): ParsedSql | Promise<ParsedSql>;
}

export interface StatementParserOptions {
  /** Texts longer than this many characters are parsed in a worker thread. @default 65_536 */
  readonly inlineLength?: number;
  /** Milliseconds the worker may take. @default 5_000 */
  readonly workerTimeoutMs?: number;
  /** @default 1_000 */
  readonly cachedTexts?: number;
}

/** Longer texts are seldom the same twice. */
const longestCachedText = 8_192;
const unparsable: ParsedSql = { parsed: false, syntaxError: undefined };

/** Decides what statements are with Postgres' own grammar (version 18), cached by text. */
export function createStatementParser(options: StatementParserOptions = {}): StatementParser {
  const { inlineLength = 65_536, workerTimeoutMs = 5_000, cachedTexts = 1_000 } = options;
  const cache = createLru<string, ParsedSql>(cachedTexts);
  let loaded = false;
  // One at a time: a long text takes a core for a while.
  let lastInWorker: Promise<unknown> = Promise.resolve();

  function parseInline(text: string): ParsedSql {
    const parsed = parseStatements(text);
    if (text.length <= longestCachedText) cache.set(text, parsed);
    return parsed;
  }

  return {
    parse(text) {
      const known = cache.get(text);
      if (known !== undefined) return known;
      if (text.length > inlineLength) {
        const parsed = lastInWorker.then(() => parseAside(text, workerTimeoutMs));
        lastInWorker = parsed;
        return parsed;
      }
      if (loaded) return parseInline(text);
      return loadModule().then(() => {
        loaded = true;
        return parseInline(text);
      });
    },
  };
}

async function parseAside(text: string, timeoutMs: number): Promise<ParsedSql> {
  const answer = await parseInWorker(text, timeoutMs);
  if (answer.tree !== undefined) return { parsed: true, statements: classifyStatements(answer.tree, text) };
  return { parsed: false, syntaxError: answer.syntaxError };
}

function parseStatements(text: string): ParsedSql {
  if (text === '') return { parsed: true, statements: [] };
  try {
    return { parsed: true, statements: classifyStatements(parseSync(text), text) };
  } catch (error) {
    // Deep nesting overflows the parser's stack, and that says nothing about the SQL.
    if (!hasSqlDetails(error)) return unparsable;
    const position = (error.sqlDetails?.cursorPosition ?? 0) + 1;
    return { parsed: false, syntaxError: { message: error.message, position } };
  }
}
