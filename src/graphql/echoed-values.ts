import { GraphQLError } from 'graphql';

const ofScalar = /^((?:Enum "\w+"|\w+) cannot represent [^:]*?)(?: value)?: .*$/s;
const ofType = /^(Expected value of type "[^"]+"), found (?!null\b).*$/s;
const ofSyntax = /\bfound ((?:Block)?String) ".*"/s;

/** graphql's sentence about a document or a value, without the text that was sent: it may be a password. */
export function withoutEcho(message: string): string {
  return message.replace(ofScalar, '$1 value.').replace(ofType, '$1.').replace(ofSyntax, 'found $1');
}

/**
 * An error that graphql made of variables which do not fit, without their values: it repeats a whole input for one
 * field that is wrong. Other errors come back as they are.
 */
export function withoutEchoOfVariables(error: GraphQLError): GraphQLError {
  const cause = error.originalError;
  if (error.path !== undefined || !(cause instanceof GraphQLError)) return error;
  const [, name] = /^Variable "\$(\w+)" got invalid value /.exec(error.message) ?? [];
  if (name === undefined || !error.message.endsWith(`; ${cause.message}`)) return error;
  const beforeReason = error.message.slice(0, -cause.message.length - 2);
  const [, place] = / at "(\w+[^"\\]*)"$/.exec(beforeReason) ?? [];
  const at = place?.startsWith(name) ? ` at "${place}"` : '';
  const reason = withoutEcho(cause.message);
  return new GraphQLError(`Variable "$${name}" got invalid value${at}; ${reason}`, {
    nodes: error.nodes ?? null,
    originalError: new GraphQLError(reason, { extensions: cause.extensions }),
  });
}
