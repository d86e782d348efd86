import type { Operations } from '../generated/operations.ts';

/** An operation that `npm run generate` found in a `gql` call and that fits the schema. */
export type OperationText = keyof Operations;

/** Variables of an operation. */
export type VariablesOf<Text extends OperationText> = Operations[Text]['variables'];

/** Data of an answer without errors: nothing is null, since a test that looks into a null fails there. */
export type DataOf<Text extends OperationText> = Operations[Text]['data'];

/**
 * An operation, sent as it is written and typed by its text. One that no longer fits the schema fails
 * `npm run generate`, one that was not generated fails the type check.
 */
export function gql<Text extends OperationText>(text: Text): Text {
  return text;
}
