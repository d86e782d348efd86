/** The database as one of the services behind this gateway. */
export const database = { name: 'POSTGRES', description: 'The database.' } as const;
