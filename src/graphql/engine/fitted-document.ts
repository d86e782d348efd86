import {
  type DocumentNode,
  GraphQLScalarType,
  Kind,
  type NamedTypeNode,
  type OperationDefinitionNode,
} from 'graphql';

/** Takes any value as it is. No schema of ours can have a type of this name. */
export const fittedType = new GraphQLScalarType({ name: '__Fitted' });

const fittedTypeNode: NamedTypeNode = {
  kind: Kind.NAMED_TYPE,
  name: { kind: Kind.NAME, value: fittedType.name },
};
const documents = new WeakMap<OperationDefinitionNode, DocumentNode>();

/**
 * The document as an operation of it is executed, with variables that were fitted to their types before: graphql would do
 * all of it once more, which for a thousand objects takes longer than anything else.
 */
export function fittedDocument(document: DocumentNode, operation: OperationDefinitionNode): DocumentNode {
  const { variableDefinitions = [] } = operation;
  if (variableDefinitions.length === 0) return document;
  const known = documents.get(operation);
  if (known) return known;
  const fitted = {
    ...operation,
    variableDefinitions: variableDefinitions.map(({ kind, variable }) => ({
      kind,
      variable,
      type: fittedTypeNode,
    })),
  };
  const made = {
    ...document,
    definitions: document.definitions.map((each) => (each === operation ? fitted : each)),
  };
  documents.set(operation, made);
  return made;
}
