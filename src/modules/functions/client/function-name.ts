/**
 * Names of edge functions. What begins with `_` is Supabase's runtime itself (`_internal`) or a folder that is shared.
 */
export const functionName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
