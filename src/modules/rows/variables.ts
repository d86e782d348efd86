import { aDuration, aSize } from '../../config/shapes.ts';
import { byteSize, duration, list, wholeNumber } from '../../config/value-schemas.ts';
import { optional, withDefault } from '../../config/variable.ts';
import { requestHeaderNames } from './request-header-names.ts';

const hour = 3_600_000;
const group = 'Rows';

export const rowsVariables = {
  ROWS_SCHEMAS: optional(list, {
    group,
    description:
      "Schemas whose tables and functions are exposed under `db`; the first one's names stand bare. A comma alone: none. Default: `pgrst.db_schemas` of the login, else `public`.",
    shape: 'names of schemas, separated by commas',
  }),
  ROWS_MAX: withDefault(wholeNumber(1, 100_000), {
    group,
    description: 'Rows of one list at most, and objects of one write.',
    shape: 'a number from 1 to 100000',
    default: '1000',
  }),
  ROWS_TIMEOUT: withDefault(duration(100, hour), {
    group,
    description:
      'For all fields under one `db`. The `statement_timeout` of the role counts where it is lower.',
    shape: aDuration,
    default: '10s',
  }),
  ROWS_MAX_ANSWER: withDefault(byteSize(1_024), {
    group,
    description: 'Largest answer of all `db` of one operation together.',
    shape: aSize,
    default: '16mb',
  }),
  ROWS_REQUEST_HEADERS: withDefault(requestHeaderNames, {
    group,
    description:
      'Headers of the request that policies and functions read in `request.headers`, over a WebSocket those of its upgrade: 4 KB together. Callers may write into them what they like. Never a header that holds a credential.',
    shape: 'at most 20 names of headers of letters, digits and `-`, separated by commas',
    default: '',
  }),
  ROWS_POOL_SIZE: withDefault(wholeNumber(1, 1_000), {
    group,
    description:
      'Connections of this process for reading rows, and as many for writing them; one caller has half of them at most.',
    shape: 'a number from 1 to 1000',
    default: '10',
  }),
};
