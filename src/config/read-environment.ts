import { z } from 'zod';
import { listVariables, type ValuesOf, type Variable, type Variables } from './variable.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
export type ReadFile = (path: string) => string;

/** The texts of our variables, before anybody looks at what they mean. */
export interface Reading {
  /** By the variable's name, under whatever alias it was given. */
  readonly texts: Readonly<Record<string, string>>;
  /** Sentences that begin with a variable's name and never hold its value. */
  readonly problems: string[];
}

/** Finds the variables in the environment: under their names and aliases, and in files. */
export function readEnvironment(
  env: Environment,
  variables: readonly Variable[],
  readFile: ReadFile,
): Reading {
  const problems: string[] = [];
  const texts: Record<string, string> = {};
  for (const { name, aliases = [], secret } of variables) {
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
  return { texts, problems };
}

/** The typed values of a table; undefined when one is malformed, which `reading.problems` then tells. */
export function readValues<V extends Variables>(variables: V, reading: Reading): ValuesOf<V> | undefined {
  const result = z.object(variables).safeParse(reading.texts);
  if (result.success) return result.data;
  const facts = new Map(listVariables(variables).map((one) => [one.name, one]));
  const sentences = result.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const precise = issue.code === 'custom' && issue.params?.['completesName'] === true;
    return precise ? `${name} ${issue.message}.` : `${name} must be ${facts.get(name)?.shape}.`;
  });
  reading.problems.push(...new Set(sentences));
  return undefined;
}

/** `env` with `values` in place of what it says of the same variables, under whatever name. */
export function replaceVariables(
  env: Environment,
  values: Environment,
  variables: readonly Variable[],
): Environment {
  const replaced = variables.filter(({ name }) => name in values);
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
