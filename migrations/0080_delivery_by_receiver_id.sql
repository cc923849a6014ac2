-- Who answers in the thread of a page names its message alone, as its receiver calls it; each delivery of an incident has changed the same one.
create index delivery_by_receiver_id on delivery (receiver_id, channel, requested_position desc) where receiver_id is not null;
