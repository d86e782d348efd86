// Stands for: the official client inside a local edge function, on the oldest Node that package.json allows.
import { createClient } from 'npm:@supabase/supabase-js@2';
Deno.serve(async (request) => {
  const client = createClient(Deno.env.get('SUPABASE_URL')!, Deno.env.get('SUPABASE_ANON_KEY')!);
  const { data } = await client.auth.getUser(request.headers.get('authorization')!.slice(7));
  return Response.json({ email: data.user?.email ?? null });
});
