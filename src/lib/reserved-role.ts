/** Roles of Supabase that are no user's, whoever asks: of strangers, of services and of administrators. */
export function isReservedRole(role: string): boolean {
  return ['anon', 'service_role', 'postgres'].includes(role) || role.startsWith('supabase_');
}
