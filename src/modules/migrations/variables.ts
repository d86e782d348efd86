import { yesNo } from '../../config/shapes.ts';
import { flag } from '../../config/value-schemas.ts';
import { withDefault } from '../../config/variable.ts';

export const migrationsVariables = {
  ALLOW_OUT_OF_ORDER_MIGRATIONS: withDefault(flag, {
    group: 'Database',
    description: 'Apply a migration whose version is below the newest applied one.',
    shape: yesNo,
    default: 'true',
  }),
};
