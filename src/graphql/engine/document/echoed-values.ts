import { shortText } from '../../../lib/short-text.ts';

const ofScalar = /^((?:Enum "\w+"|\w+) cannot represent [^:]*?)(?: value)?: .*$/s;
const ofType = /^(Expected value of type "[^"]+"), found (?!null\b).*$/s;
const ofArgument = /^(Argument "\w+" has invalid value) .*$/s;
const ofSyntax = /^(Syntax Error: .*?\b(?:Block)?String) ".*$/s;

/** Longer sentences of graphql repeat something that a caller wrote. */
const mostCharacters = 300;

/**
 * graphql's sentence about a document or a value, without the text that was sent: it may be a password. Cut before it
 * is looked at, for what was sent may be as long as a request.
 */
export function withoutEcho(message: string): string {
  return shortText(message, mostCharacters)
    .replace(ofScalar, '$1 value.')
    .replace(ofType, '$1.')
    .replace(ofArgument, '$1.')
    .replace(ofSyntax, '$1.');
}
