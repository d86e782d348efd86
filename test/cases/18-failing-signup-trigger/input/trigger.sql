-- A trigger on auth.users that refuses a user who brings no name.
create table public.people (id uuid primary key, nick text not null);
create function public.make_person() returns trigger language plpgsql security definer set search_path = '' as
$$ begin insert into public.people values (new.id, new.raw_user_meta_data ->> 'nick'); return new; end $$;
create trigger make_person after insert on auth.users for each row execute function public.make_person();
