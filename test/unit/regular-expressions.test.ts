import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createContext, Script } from 'node:vm';
import { parseAst } from 'vite';
import { expect, it } from 'vitest';
import { adversarialTexts } from '../support/adversarial-texts.ts';

const root = resolve(import.meta.dirname, '../..');
const sources = ['src', 'packages/local/src'];

interface Found {
  readonly file: string;
  readonly pattern: RegExp;
}

/** Every regular expression of the sources, and the files that make one of a text. */
function readPatterns(): { literals: Found[]; makers: string[] } {
  const literals = new Map<string, Found>();
  const makers = new Set<string>();
  const files = sources.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  for (const file of files) {
    if (!file.endsWith('.ts')) continue;
    const visit = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      if ('value' in node && node.value instanceof RegExp) {
        literals.set(String(node.value), { file, pattern: node.value });
      }
      if ('callee' in node && isRegExpName(node.callee)) makers.add(file);
      for (const inner of Object.values(node)) visit(inner);
    };
    visit(parseAst(readFileSync(join(root, file), 'utf8'), { lang: 'ts' }));
  }
  return { literals: [...literals.values()], makers: [...makers].sort() };
}

function isRegExpName(node: unknown): boolean {
  return typeof node === 'object' && node !== null && 'name' in node && node.name === 'RegExp';
}

const length = 100_000;
/** A pattern that looks at each character a few times takes a thousandth of it, one that tries all pairs more. */
const deadlineMs = 3_000;
const context: { text: string; pattern: RegExp } = { text: '', pattern: /x/ };
createContext(context);
const match = new Script("text.replace(pattern, '')");

/** False where it takes too long, and where it takes more than the stack holds. */
function endsWell(pattern: RegExp, text: string): boolean {
  Object.assign(context, { pattern, text });
  try {
    match.runInContext(context, { timeout: deadlineMs });
    return true;
  } catch {
    return false;
  }
}

/** The beginning of a text that the pattern does not get through. */
function trapOf(pattern: RegExp, size = length): string | undefined {
  for (const text of adversarialTexts(pattern, size)) {
    if (!endsWell(pattern, text)) return text.slice(0, 50);
  }
  return undefined;
}

it.each([
  / at "(\w+[^"\\]*)"$/,
  /\s*Did you mean .+\?$/s,
  /0+$/,
  /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g,
  /([?&#])([^=&#\s]+)=([^&#\s]*)/g,
  /^(a+)+$/,
])('finds the text that %s is slow with', (pattern) => {
  // Long enough for a fast machine to be slow with it, too.
  expect(trapOf(pattern, 4 * length)).toBeDefined();
});

const { literals, makers } = readPatterns();

it('finds the regular expressions of the sources', () => {
  expect(literals.length).toBeGreaterThan(150);
  expect(literals.map(({ file }) => file)).toContain('src/graphql/engine/document/echoed-values.ts');
});

it('no regular expression is slow with any text', { timeout: 600_000 }, () => {
  const slow = literals.flatMap(({ file, pattern }) => {
    // The machine may have been busy once.
    const text = trapOf(pattern) && trapOf(pattern);
    return text === undefined ? [] : [{ file, pattern: String(pattern), text }];
  });
  expect(slow).toEqual([]);
});

it("a regular expression is made of a text only where the text is our own or an operator's", () => {
  expect(makers).toEqual([
    'packages/local/src/auth/redirect.ts',
    'packages/local/src/storage/object-rules.ts',
  ]);
});
