import type { z } from 'zod';
import { type VariableFacts, variableFacts } from './variable.ts';
import { environmentSchema } from './variables.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
export type Values = z.output<typeof environmentSchema>;
export type ReadFile = (path: string) => string;

/** Name and facts of every variable, in the order of the table. */
export function listVariables(): (VariableFacts & { name: string })[] {
  return Object.entries(environmentSchema.shape).map(([name, schema]) => {
    const facts = variableFacts.get(schema);
    if (facts === undefined) throw new Error(`${name} has no facts.`);
    return { name, ...facts };
  });
}

export interface Reading {
  /** Names of the variables that are given, under whatever alias. */
  given: ReadonlySet<string>;
  /** Undefined when one is malformed. */
  values: Values | undefined;
  /** Sentences that begin with the variable's name and never hold its value. */
  problems: string[];
}

/** The typed values of the environment, or everything that is wrong with it. */
export function readEnvironment(env: Environment, readFile: ReadFile): Reading {
  const problems: string[] = [];
  const texts: Record<string, string> = {};
  const facts = new Map(listVariables().map((one) => [one.name, one]));
  for (const [name, { aliases = [], secret }] of facts) {
    let foundAs: string | undefined;
    for (const candidate of [name, ...aliases]) {
      const text = textOf(env, candidate, secret ? readFile : undefined, problems);
      if (text === undefined) continue;
      if (foundAs !== undefined && texts[name] !== text) {
        problems.push(`${candidate} must be unset, or the same as ${foundAs}.`);
      } else {
        foundAs ??= candidate;
        texts[name] = text;
      }
    }
  }
  const result = environmentSchema.safeParse(texts);
  const given = new Set(Object.keys(texts));
  if (result.success) return { given, values: result.data, problems };
  const sentences = result.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const precise = issue.code === 'custom' && issue.params?.['completesName'] === true;
    return precise ? `${name} ${issue.message}.` : `${name} must be ${facts.get(name)?.shape}.`;
  });
  problems.push(...new Set(sentences));
  return { given, values: undefined, problems };
}

/** `env` with `values` in place of what it says of the same variables, under whatever name. */
export function replaceVariables(env: Environment, values: Environment): Environment {
  const replaced = listVariables().filter(({ name }) => name in values);
  const names = replaced.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  const gone = new Set(names.flatMap((name) => [name, `${name}_FILE`]));
  return { ...Object.fromEntries(Object.entries(env).filter(([name]) => !gone.has(name))), ...values };
}

/** Empty counts as unset. */
function textOf(
  env: Environment,
  name: string,
  readFile: ReadFile | undefined,
  problems: string[],
): string | undefined {
  const text = unlessBlank(env[name]);
  const path = readFile && unlessBlank(env[`${name}_FILE`]);
  if (readFile === undefined || path === undefined) return text;
  if (text !== undefined) {
    problems.push(`${name}_FILE must be unset when ${name} is set.`);
    return text;
  }
  try {
    // Editors end a file with a line break, which is not part of the secret.
    return unlessBlank(readFile(path).replace(/\r?\n$/, ''));
  } catch {
    problems.push(`${name}_FILE must name a file that can be read.`);
    return undefined;
  }
}

function unlessBlank(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text;
}
