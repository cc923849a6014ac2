-- What a customer does and where (from the events of stream `catalogue`; those of before say nothing of it).
alter table customer add column sector text;
alter table customer add column countries text[] not null default '{}';
alter table customer add column sites bigint;
