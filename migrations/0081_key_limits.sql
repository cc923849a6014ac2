-- What a key is cut to beside its role: permissions, an end (ms), and who made it. Null of keys of before: all that the role grants, no
-- end, nobody that is known.
alter table api_key
  add column scopes text[],
  add column expires_at bigint,
  add column created_by text;
