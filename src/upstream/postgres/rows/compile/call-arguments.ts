import { quoteIdentifier } from '../../quote-identifier.ts';
import type { Parameter, RowsFunction } from '../model/model.ts';
import { badValue, bindValue } from './encode-value.ts';
import type { Arguments } from './query.ts';
import type { Statement } from './statement.ts';

/**
 * The call of a function, as an expression. `row` is what a computed field is given first. Throws BAD_USER_INPUT for an
 * argument that cannot be left out, or cannot be what it is.
 */
export function callOf(statement: Statement, fn: RowsFunction, args: Arguments, row?: string): string {
  const given = fn.parameters.flatMap((parameter, index) => {
    if (args.has(parameter)) return [argument(statement, parameter, args.get(parameter))];
    if (parameter.variadic) return [argument(statement, parameter, [])];
    if (!parameter.hasDefault || isPassedOver(fn, args, index)) {
      throw badValue([parameter.apiName], 'must be given');
    }
    return [];
  });
  return `${statement.fn(fn)}(${[...(row === undefined ? [] : [row]), ...given].join(', ')})`;
}

function argument(statement: Statement, parameter: Parameter, value: unknown): string {
  const bound = bindValue(statement, parameter.type, value, [parameter.apiName]);
  const named = parameter.name === undefined ? bound : `${quoteIdentifier(parameter.name)} => ${bound}`;
  return parameter.variadic ? `variadic ${named}` : named;
}

/** Without a name the place counts: one that is left out would move all others. */
function isPassedOver({ parameters }: RowsFunction, args: Arguments, index: number): boolean {
  return (
    parameters[index]?.name === undefined &&
    parameters.some((later, at) => at > index && later.name === undefined && args.has(later))
  );
}
