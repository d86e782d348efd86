import { type GraphQLField, type GraphQLObjectType, getNamedType, isObjectType } from 'graphql';
import type { RandomNumbers } from '../random-numbers.ts';
import type { DocumentVariables } from './document-variables.ts';
import type { RandomArguments } from './random-arguments.ts';

export interface RandomSelection {
  /** `{ … }` of a type. */
  of(type: GraphQLObjectType, depth: number): string;
  /** The named fragments that are spread in it. */
  fragments(): string;
}

interface Options {
  readonly random: RandomNumbers;
  readonly variables: DocumentVariables;
  readonly args: RandomArguments;
  /** The fields that no two rows of a type share. */
  readonly keyOf: (row: string) => readonly string[];
  /** Whether cursors are known, so that they may be asked for. */
  readonly cursors: boolean;
}

/** Writes selections with aliases, fragments, directives, and fields that are merged. */
export function randomSelection({ random, variables, args, keyOf, cursors }: Options): RandomSelection {
  const fragments: { readonly name: string; readonly on: string; readonly text: string }[] = [];
  const taken = new Set<string>();
  let aliases = 0;

  /** A name twice with different arguments would be two answers under one key. */
  function headOf(field: GraphQLField<unknown, unknown>, inner: GraphQLObjectType | undefined): string {
    const row = inner === undefined ? '' : rowNameOf(inner);
    const given = args.of(field.args, keyOf(row));
    const isPlain = field.args.length === 0;
    if ((isPlain || !taken.has(field.name)) && !random.once(5)) {
      if (!isPlain) taken.add(field.name);
      return `${field.name}${given}`;
    }
    aliases += 1;
    return `${random.oneOf(['z', 'a'])}${aliases}: ${field.name}${given}`;
  }

  function directive(): string {
    if (!random.once(10)) return '';
    const kept = random.once(2);
    const name = kept ? 'include' : 'skip';
    const condition = random.once(5) !== kept;
    return ` @${name}(if: ${random.once(2) ? condition : variableOf(condition)})`;
  }

  function variableOf(condition: boolean): string {
    return `$${variables.condition(condition)}`;
  }

  function partsOf(type: GraphQLObjectType, depth: number): string[] {
    const fields = Object.values(type.getFields()).filter((field) => mayBeChosen(type, field, depth));
    const chosen = random.some(fields, 1 + random.below(type.name === 'DbQuery' ? 3 : 4));
    const parts = chosen.flatMap((field) => {
      const inner = getNamedType(field.type);
      if (!isObjectType(inner)) return [`${headOf(field, undefined)}${directive()}`];
      const head = headOf(field, inner);
      const once = (): string => `${head}${directive()} ${of(inner, depth - 1)}`;
      return random.once(8) ? [once(), once()] : [once()];
    });
    return random.once(8) ? [...parts, '__typename'] : parts;
  }

  function mayBeChosen(
    of: GraphQLObjectType,
    { name, type }: GraphQLField<unknown, unknown>,
    depth: number,
  ): boolean {
    if (!cursors && /[cC]ursor$/.test(name)) return false;
    const inner = getNamedType(type);
    // Functions, which the reference does not know.
    if (of.name === 'DbQuery' && !isObjectType(inner)) return false;
    return depth > 0 || !isObjectType(inner) || Object.values(inner.getFields()).every(isLeaf);
  }

  function of(type: GraphQLObjectType, depth: number): string {
    const chosen = partsOf(type, depth);
    const parts = chosen.length === 0 ? ['__typename'] : chosen;
    const known = fragments.find(({ on }) => on === type.name);
    if (known !== undefined && random.once(6)) return `{ ${parts.join(' ')} ...${known.name}${directive()} }`;
    const at = random.below(parts.length);
    const [before, behind] = [parts.slice(0, at), parts.slice(at)];
    if (random.once(8)) {
      const on = random.once(2) ? ` on ${type.name}` : '';
      return `{ ${before.join(' ')} ...${on}${directive()} { ${behind.join(' ')} } }`;
    }
    if (random.once(8)) {
      const name = `Part${fragments.length + 1}`;
      fragments.push({ name, on: type.name, text: behind.join(' ') });
      return `{ ${before.join(' ')} ...${name}${directive()} }`;
    }
    return `{ ${parts.join(' ')} }`;
  }

  return {
    of,
    fragments: () => fragments.map(({ name, on, text }) => ` fragment ${name} on ${on} { ${text} }`).join(''),
  };
}

function isLeaf({ type }: GraphQLField<unknown, unknown>): boolean {
  return !isObjectType(getNamedType(type));
}

/** `TodosRow`, also of a connection of these. */
function rowNameOf(type: GraphQLObjectType): string {
  const nodes = type.getFields()['nodes'];
  return nodes === undefined ? type.name : getNamedType(nodes.type).name;
}
