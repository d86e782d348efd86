import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { parseSync, Visitor } from 'vite';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const schema = buildSchema(readFileSync(join(root, 'schema.graphql'), 'utf8'));

/** Texts that fit the schema and are in no `gql` call all the same. */
const plain: ReadonlySet<string> = new Set([
  // Selections that a test puts behind a field.
  ' { __typename }',
  // Asked of a schema that the test makes.
  '{ __type(name: "Query") { fields { name } } }',
  // Its kinds of line ends are the test; in a template they would all be the same.
  '# a comment\r\n{\n  viewer { role }\r  sql(statement: "select 1") { rowCount }\n}',
]);

/** Every text without a placeholder that the file has outside of `gql` calls. */
function plainTexts(file: string): string[] {
  const { program } = parseSync(file, readFileSync(join(root, file), 'utf8'));
  const typed = new Set<unknown>();
  const texts: string[] = [];
  new Visitor({
    CallExpression({ callee, arguments: [text] }) {
      if (callee.type === 'Identifier' && callee.name === 'gql') typed.add(text);
    },
    Literal(node) {
      if (typeof node.value === 'string') texts.push(node.value);
    },
    TemplateLiteral(node) {
      const [only, ...more] = node.quasis;
      if (more.length === 0 && !typed.has(node)) texts.push(only?.value.cooked ?? '');
    },
  }).visit(program);
  return texts;
}

/** Whether the text, or the one in it that is the body of a request, is an operation of the schema. */
function isOperation(text: string): boolean {
  if (!text.includes('{')) return false;
  try {
    const query = text.startsWith('{"query":') ? String(JSON.parse(text).query) : text;
    return validate(schema, parse(query)).length === 0;
  } catch {
    return false;
  }
}

it('every operation that is written out in a test or a bench is typed', () => {
  const files = ['test', 'bench'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => !name.includes('node_modules'))
      .map((name) => join(folder, name))
      .filter((name) => name.endsWith('.ts') && !name.startsWith('test/generated/')),
  );
  const untyped = files.flatMap((file) =>
    plainTexts(file)
      .filter((text) => isOperation(text) && !plain.has(text))
      .map((text) => `${file}: ${text}`),
  );
  expect(untyped).toEqual([]);
});
