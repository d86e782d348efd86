import { GraphQLError, type GraphQLSchema, isScalarType, isSpecifiedScalarType } from 'graphql';

/**
 * Has the errors of our scalars say where in the document the value stands. graphql adds the place to errors of other
 * kinds only, together with the value itself, which may be a secret.
 */
export function locateLiterals(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isScalarType(type) || isSpecifiedScalarType(type)) continue;
    const parse = type.parseLiteral;
    type.parseLiteral = (node, variables) => {
      try {
        return parse(node, variables);
      } catch (error) {
        if (!(error instanceof GraphQLError) || error.nodes !== undefined) throw error;
        throw new GraphQLError(error.message, { nodes: node, extensions: error.extensions });
      }
    };
  }
  return schema;
}
