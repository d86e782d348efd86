import { type ExecutionResult, execute, Kind } from 'graphql';
import { getArgumentValues } from 'graphql/execution/values.js';
import type { RunnableOperation } from './operation-runner.ts';

/** How several callers of one identity share an operation. */
export interface OperationSharing {
  /** Operations of different schemas have nothing in common. */
  readonly schemaId: number;
  /** Whether a subscriber that comes late begins with what `missed` gives, or with the latest result. */
  readonly greets: boolean;
  /** The result for a subscriber that may have missed some; undefined where the latest one is. */
  readonly missed: (() => ExecutionResult) | undefined;
}

/** How an operation may be shared; undefined where it may not. */
export function operationSharing(
  { schema, document, facts, variables }: RunnableOperation,
  schemaId: number,
): OperationSharing | undefined {
  const [selection, ...more] = facts.operation.selectionSet.selections;
  if (selection?.kind !== Kind.FIELD || more.length > 0 || selection.directives?.length) return undefined;
  const field = schema.getSubscriptionType()?.getFields()[selection.name.value];
  const sharing = field?.extensions.operations?.sharing;
  if (field === undefined || sharing === undefined) return undefined;
  if (sharing === 'latest') return { schemaId, greets: true, missed: undefined };
  const { coerced } = variables.fitted();
  // Variables that do not fit are refused where the operation runs.
  if (coerced === undefined) return undefined;
  try {
    const args = getArgumentValues(field, selection, coerced);
    return {
      schemaId,
      greets: sharing.greets(args),
      missed() {
        const operationName = facts.name ?? null;
        const result = execute({
          schema,
          document,
          operationName,
          rootValue: sharing.missed(args),
          variableValues: variables.given,
        });
        if (result instanceof Promise) throw new Error('A shared field resolves something asynchronously.');
        return result;
      },
    };
  } catch {
    return undefined;
  }
}
