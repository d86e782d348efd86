import { aSize } from '../../config/shapes.ts';
import { byteSize, wholeNumber } from '../../config/value-schemas.ts';
import { withDefault } from '../../config/variable.ts';

export const sqlVariables = {
  DATABASE_MAX_ROWS: withDefault(wholeNumber(1, 1_000_000), {
    group: 'Database',
    description: 'The largest `maxRows` that a caller may ask for.',
    shape: 'a number from 1 to 1000000',
    default: '10000',
  }),
  DATABASE_MAX_RESULT: withDefault(byteSize(1_024), {
    group: 'Database',
    description: 'Largest result of one statement; what does not fit is cut off and marked as truncated.',
    shape: aSize,
    default: '10mb',
  }),
};
