import type { GraphQLInputObjectType } from 'graphql';
import { badInput } from '../../../lib/bad-input.ts';
import { isRecord } from '../../../lib/is-record.ts';
import { inputObjectOf } from './operation.ts';

type Path = readonly string[];

/**
 * Throws BAD_USER_INPUT where a condition of type `…Where` is empty, or anything in it that is to narrow it down: an absent
 * variable leaves nothing behind, and what is written would be more rows than are meant. `or` may be empty: it meets none.
 */
export function refuseVanished(
  type: GraphQLInputObjectType,
  value: unknown,
  path: Path,
  remedy: string,
): void {
  const fields = type.getFields();
  const empty = (at: Path): Error => badInput(at, `${at.join('.')} must not be empty: ${remedy}`);
  for (const [name, inner] of entriesOf(value, path, empty)) {
    const field = fields[name];
    const at = [...path, name];
    // Comparisons with null are refused by whoever reads the condition.
    if (field === undefined || inner === null) continue;
    const deeper = (each: unknown, place: Path): void =>
      refuseVanished(inputObjectOf(field.type), each, place, remedy);
    const meaning = field.extensions.rows;
    if (meaning?.kind === 'column' || meaning?.kind === 'computed') refuseEmptyFilter(inner, at, empty);
    else if (Array.isArray(inner)) {
      if (name === 'and' && inner.length === 0) throw empty(at);
      for (const [index, each] of inner.entries()) deeper(each, [...at, String(index)]);
    } else deeper(inner, at);
  }
}

function refuseEmptyFilter(value: unknown, path: Path, empty: (at: Path) => Error): void {
  for (const [name, inner] of entriesOf(value, path, empty)) {
    // `at` alone compares with nothing.
    if (name === 'path' && isRecord(inner) && given(inner).length < 2) throw empty([...path, name]);
  }
}

function entriesOf(
  value: unknown,
  path: Path,
  empty: (at: Path) => Error,
): readonly (readonly [string, unknown])[] {
  if (!isRecord(value)) return [];
  const entries = given(value);
  if (entries.length === 0) throw empty(path);
  return entries;
}

function given(value: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  return Object.entries(value).filter(([, inner]) => inner !== undefined);
}
