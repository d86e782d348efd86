import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isInputObjectType,
  isObjectType,
} from 'graphql';

/** Milliseconds for which others wait. */
const turnMs = 10;

/**
 * Has all types below some roots work out their fields, which they do when they are first asked for, and lets others have
 * their turn meanwhile: a schema joins them quickly then.
 */
export async function makeTypesInTurns(roots: readonly GraphQLObjectType[]): Promise<void> {
  const reached = new Set<GraphQLNamedType>(roots);
  let began = performance.now();
  // A set visits what is added to it on the way.
  for (const type of reached) {
    for (const next of referredTypes(type)) reached.add(next);
    if (performance.now() - began < turnMs) continue;
    await nextTurn();
    began = performance.now();
  }
}

function referredTypes(type: GraphQLNamedType): readonly GraphQLNamedType[] {
  if (isInputObjectType(type))
    return Object.values(type.getFields()).map((field) => getNamedType(field.type));
  if (!isObjectType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => [
    getNamedType(field.type),
    ...field.args.map((argument) => getNamedType(argument.type)),
  ]);
}
