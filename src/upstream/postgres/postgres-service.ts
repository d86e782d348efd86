/** The database as one of the services behind this gateway. */
export const postgresService = { name: 'POSTGRES', description: 'The database.' } as const;
