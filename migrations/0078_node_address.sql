-- Where a node can be asked from outside; null: nobody said.
alter table node add column address text;
