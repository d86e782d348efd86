-- What pg_dump writes that is no SQL: commands of psql, and the data of COPY.
\restrict k1
create table public.cities (id int, name text);
COPY public.cities (id, name) FROM stdin;
1	Ulm
\.
\unrestrict k1
