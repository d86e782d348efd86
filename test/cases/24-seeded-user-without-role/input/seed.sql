-- A row of auth.users without the columns by which Supabase Auth finds a user.
insert into auth.users (id, email, encrypted_password, email_confirmed_at)
values (gen_random_uuid(), 'bare@example.com', extensions.crypt('pw-123456', extensions.gen_salt('bf')), now());
