import {
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isInputObjectType,
  isObjectType,
} from 'graphql';
import { inTurns } from '../../../lib/in-turns.ts';

/**
 * Has all types below some roots work out their fields, which they do when they are first asked for, and lets others have
 * their turn meanwhile: a schema joins them quickly then.
 */
export async function makeTypesInTurns(roots: readonly GraphQLObjectType[]): Promise<void> {
  const reached = new Set<GraphQLNamedType>(roots);
  await inTurns(reached, (type) => {
    for (const next of referredTypes(type)) reached.add(next);
  });
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
