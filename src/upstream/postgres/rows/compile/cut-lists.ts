import type { CompiledQuery } from './query.ts';

/** Where in the answer of a statement the lists are of which `cut`, its second column, says that they were cut. */
export function cutLists({ lists }: CompiledQuery, cut: string | null): readonly (readonly string[])[] {
  if (!cut) return [];
  return cut.split(',').flatMap((index) => lists.slice(Number(index), Number(index) + 1));
}
