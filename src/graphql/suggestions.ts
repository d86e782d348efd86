import { GraphQLError } from 'graphql';

const suggestion = /\s*Did you mean .+\?$/s;

/** The sentence without graphql's "Did you mean …", which would spell out the schema. */
export function withoutSuggestion(message: string): string {
  return message.replace(suggestion, '');
}

/** The same for an error that graphql made of variables which do not fit; other errors come back as they are. */
export function withoutSuggestionAboutVariables(error: GraphQLError): GraphQLError {
  if (error.path !== undefined || !(error.originalError instanceof GraphQLError)) return error;
  if (!suggestion.test(error.message)) return error;
  const cause = error.originalError;
  return new GraphQLError(withoutSuggestion(error.message), {
    nodes: error.nodes ?? null,
    originalError: new GraphQLError(withoutSuggestion(cause.message), { extensions: cause.extensions }),
  });
}
