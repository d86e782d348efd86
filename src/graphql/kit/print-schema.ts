import { getDocumentNodeFromSchema, printSchemaWithDirectives } from '@graphql-tools/utils';
import { type DocumentNode, type GraphQLSchema, isTypeDefinitionNode, print } from 'graphql';
import { inTurns } from '../../lib/in-turns.ts';

/** The SDL with every applied directive, as committed in schema.graphql. */
export function printSchema(schema: GraphQLSchema): string {
  return `${printSchemaWithDirectives(schema)}\n`;
}

/** The same text, without keeping others waiting where there are many types. */
export async function printSchemaInTurns(schema: GraphQLSchema): Promise<string> {
  const withTypes = (types: Readonly<Record<string, unknown>>): DocumentNode =>
    getDocumentNodeFromSchema(Object.create(schema, { getTypeMap: { value: () => types } }));
  const texts = [print(withTypes({}))];
  await inTurns(Object.values(schema.getTypeMap()), (type) => {
    texts.push(
      ...withTypes({ [type.name]: type })
        .definitions.filter(isTypeDefinitionNode)
        .map(print),
    );
  });
  return `${texts.join('\n\n')}\n`;
}
