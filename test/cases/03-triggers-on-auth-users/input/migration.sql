-- What the login `postgres` may do to the tables of the services: drop triggers, manage policies.
create function public.note_signup() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger on_signup after insert on auth.users for each row execute function public.note_signup();
drop trigger if exists on_signup on auth.users;
create policy own_row on auth.users for select to authenticated using (id = auth.uid());
drop policy own_row on auth.users;
