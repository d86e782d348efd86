import { z } from 'zod';
import { cutLists } from '../compile/cut-lists.ts';
import type { CompiledQuery } from '../compile/query.ts';
import type { RowStatement } from '../compile/row-shape.ts';
import { createRowStatement } from '../compile/selection.ts';
import type { StatementLimits } from '../compile/statement.ts';
import type { WrittenFacts } from '../compile/write-statement.ts';
import type { RowsAnswer } from '../run/rows-caller.ts';

/** What a statement gave. */
export interface StatementAnswer {
  /** JSON text, or null. */
  readonly text: string | null;
  /** The lists in it that were cut, by the response keys that lead there. */
  readonly truncated: readonly (readonly string[])[];
}

/** One write in the making: its statements run in one transaction, one after another. */
export interface WriteRun extends StatementLimits {
  /** Rejects where the statement fails; then so does the transaction. */
  answer(compile: (statement: RowStatement) => CompiledQuery): Promise<StatementAnswer>;
  /** The same for a statement that gives facts. */
  facts(compile: (statement: RowStatement) => CompiledQuery): Promise<WrittenFacts>;
}

export type RunStatement = (statement: CompiledQuery) => Promise<RowsAnswer>;

export function createWriteRun(run: RunStatement, limits: StatementLimits): WriteRun {
  const answer: WriteRun['answer'] = async (compile) => {
    const statement = compile(createRowStatement(limits));
    const { text, cut } = await run(statement);
    return { text, truncated: cutLists(statement, cut) };
  };
  return {
    ...limits,
    answer,
    async facts(compile) {
      const { text } = await answer(compile);
      return factsSchema.parse(JSON.parse(text ?? 'null'));
    },
  };
}

const factsSchema = z.object({
  affected: z.number(),
  inserted: z.number().nullable(),
  rows: z.array(z.array(z.string().nullable())),
});
