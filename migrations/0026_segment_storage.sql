-- Bodies are varints without redundancy that pglz would find fast: compressing them took most of the server's time per flush.
-- Partitions that are made from now on take it over; so do those that are there.
alter table segment alter column body set storage external;
do $$
declare part regclass;
begin
  for part in select inhrelid::regclass from pg_inherits where inhparent = 'segment'::regclass loop
    execute format('alter table %s alter column body set storage external', part);
  end loop;
end $$;
