import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

const suggestion = /\s*Did you mean .+\?$/s;

function withCode(error: GraphQLError, code: string, suggestions: boolean): GraphQLError {
  const given = error.extensions['code'];
  const message = suggestions ? error.message : error.message.replace(suggestion, '');
  if (given !== undefined && message === error.message) return error;
  return new GraphQLError(message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    path: error.path ?? null,
    extensions: { ...error.extensions, code: given ?? code, http: { status: 400, spec: true } },
  });
}

/**
 * Gives parse and validation errors their codes. Without `suggestions` the names that graphql proposes for a misspelt
 * one are left out: they spell out the schema to those who may not introspect it.
 */
export function useErrorCodes(options: { suggestions: boolean }): Plugin {
  return {
    onParse() {
      return ({ result, replaceParseResult }) => {
        if (result instanceof GraphQLError) {
          replaceParseResult(withCode(result, 'GRAPHQL_PARSE_FAILED', options.suggestions));
        }
      };
    },
    onValidate() {
      return ({ valid, result, setResult }) => {
        if (valid) return;
        setResult(
          result.map((error) =>
            error instanceof GraphQLError
              ? withCode(error, 'GRAPHQL_VALIDATION_FAILED', options.suggestions)
              : error,
          ),
        );
      };
    },
  };
}
