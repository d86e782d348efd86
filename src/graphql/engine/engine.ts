import type { ExecutionResult } from 'graphql';
import { badInput } from '../../lib/bad-input.ts';
import { whenDone } from '../../lib/when-done.ts';
import type { Viewer } from '../../viewer/viewer.ts';
import type { CheckedDocument } from './document/documents.ts';
import { tooManyValues } from './document/limits.ts';
import { followSchema } from './follow-schema.ts';
import type { ObservedOperation } from './observers.ts';
import { createOperationRunner, type OperationOutcome, type RunnerDeps } from './operation-runner.ts';
import { createServing, type SchemaChoice, type ServedSchema } from './served-schema.ts';
import { type OperationSharing, operationSharing } from './sharing.ts';
import type { Transport } from './transport.ts';
import { operationVariables } from './variable-values.ts';

export interface OperationEngineDeps extends RunnerDeps {
  readonly schemas: SchemaChoice;
}

export interface OperationParams {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | null;
  readonly operationName?: string | null;
  /** What came as `extensions.idempotencyKey`: it counts before a header. */
  readonly idempotencyKey?: unknown;
}

/** Parsed and validated, or refused with the errors that the client gets. */
export type PreparedOperation =
  | {
      readonly type: 'query' | 'mutation' | 'subscription';
      /** Its answer holds a credential: no copy of it may be kept. */
      readonly secretAnswer: boolean;
      /** What it needs of what came. */
      readonly params: OperationParams;
      run(): Promise<OperationOutcome> | OperationOutcome;
      /** How several callers of one identity may share it; undefined where each needs its own. */
      sharing(): OperationSharing | undefined;
    }
  | { readonly type: 'refused'; readonly result: ExecutionResult };

/** Every policy an operation meets, whatever transport it came by. Nothing here throws for what the client sent. */
export interface OperationEngine {
  /** At once, unless the caller decides over the schema and is not known yet. */
  prepare(params: OperationParams, transport: Transport): PreparedOperation | Promise<PreparedOperation>;
}

/** Schema, tokens and shape, validation, the caller, cost, execution, errors, observers, in that order. */
export function createOperationEngine(deps: OperationEngineDeps): OperationEngine {
  const { schemas, limits } = deps;
  const suggestions = deps.introspection === 'everybody';
  const serve = createServing({ limits, suggestions });
  const runner = createOperationRunner(deps);
  /** Of operations that were prepared anew: that is done once, or by whoever follows the schema for them. */
  const renewed = new WeakSet<Transport>();

  const refused = (
    type: ObservedOperation['type'],
    errors: readonly unknown[],
    transport: Transport,
  ): PreparedOperation => ({ type: 'refused', result: runner.refuse(type, errors, transport) });

  function prepareIn(
    served: ServedSchema,
    params: OperationParams,
    transport: Transport,
    caller?: Viewer,
  ): PreparedOperation {
    return prepareChecked(served, served.documentOf(params.query), params, transport, caller);
  }

  function prepareChecked(
    { id, schema, execution }: ServedSchema,
    checked: CheckedDocument,
    params: OperationParams,
    transport: Transport,
    caller?: Viewer,
  ): PreparedOperation {
    const { query, operationName, variables: came } = params;
    if (checked.invalid) return refused('unknown', checked.invalid, transport);
    const { document } = checked;
    const facts = checked.operation(operationName);
    if (!facts) {
      const message = 'operationName must name one of the operations of the document.';
      return refused('unknown', [badInput(['operationName'], message)], transport);
    }
    const variables = operationVariables(schema, facts.operation, came, suggestions);
    const tooMany = tooManyValues(variables.given, limits);
    if (tooMany) return refused(facts.type, [tooMany], transport);
    const idempotencyKey =
      facts.type === 'mutation' ? (params.idempotencyKey ?? transport.idempotencyKey) : undefined;
    const operation = { query, document, facts, variables, schema: execution, idempotencyKey };
    const viewer = () =>
      caller && !facts.ignoresAuthorization ? caller : transport.viewer(facts.ignoresAuthorization);
    return {
      type: facts.type,
      secretAnswer: facts.secretAnswer,
      params: { query, variables: variables.given, operationName: facts.name ?? null },
      sharing: () => (facts.type === 'subscription' ? operationSharing(operation, id) : undefined),
      run() {
        const anew = renewed.has(transport) ? undefined : () => runAnew(params, transport);
        const outcome = whenDone<Viewer, OperationOutcome>(
          viewer,
          (known) => runner.run(operation, known, transport, anew),
          (error) => runner.refuse(facts.type, [error], transport),
        );
        return facts.type === 'subscription' && anew ? following(outcome, anew) : outcome;
      },
    };
  }

  /** The same operation of whatever schema the caller has by then. It holds the place that it took at first. */
  async function runAnew(params: OperationParams, transport: Transport): Promise<OperationOutcome> {
    const placed: Transport = Object.create(transport, { takeStreamPlace: { value: undefined } });
    renewed.add(placed);
    const again = await engine.prepare(params, placed);
    return again.type === 'refused' ? again.result : await again.run();
  }

  async function following(
    outcome: OperationOutcome | Promise<OperationOutcome>,
    anew: () => Promise<OperationOutcome>,
  ): Promise<OperationOutcome> {
    const results = await outcome;
    return Symbol.asyncIterator in results ? followSchema(results, anew) : results;
  }

  /**
   * For a caller whose credential is no good: he may run what ignores it, out of the schema of those who bring none,
   * and of all else learns that.
   */
  function prepareForStranger(
    schema: ServedSchema,
    problem: unknown,
    params: OperationParams,
    transport: Transport,
  ): PreparedOperation {
    const checked = schema.documentOf(params.query);
    const facts = checked.invalid ? undefined : checked.operation(params.operationName);
    if (facts?.ignoresAuthorization) return prepareIn(schema, params, transport);
    return refused('unknown', [problem], transport);
  }

  const engine: OperationEngine = {
    prepare(params, transport) {
      if ('forEverybody' in schemas) return prepareIn(serve(schemas.forEverybody()), params, transport);
      const { forViewer, reconsider } = schemas;
      const schemaOf = (viewer: Viewer): ServedSchema => serve(forViewer(viewer));
      const prepareFor = (viewer: Viewer): PreparedOperation | Promise<PreparedOperation> => {
        const served = schemaOf(viewer);
        const checked = served.documentOf(params.query);
        const anew = checked.invalid ? reconsider?.(params.query) : undefined;
        if (anew === undefined) return prepareChecked(served, checked, params, transport, viewer);
        return anew.then(
          () => prepareIn(schemaOf(viewer), params, transport, viewer),
          (error) => refused('unknown', [error], transport),
        );
      };
      return whenDone(
        () => transport.viewer(false),
        prepareFor,
        (problem) =>
          whenDone<Viewer, PreparedOperation>(
            () => transport.viewer(true),
            (stranger) => prepareForStranger(schemaOf(stranger), problem, params, transport),
            (error) => refused('unknown', [error], transport),
          ),
      );
    },
  };
  return engine;
}
