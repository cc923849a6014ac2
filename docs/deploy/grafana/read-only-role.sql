create role tocsin_grafana login;
grant usage on schema public to tocsin_grafana;
grant select on grafana_fleet_minute, grafana_release_minute, grafana_incident, grafana_alert, grafana_delivery, grafana_rollout,
  grafana_annotation to tocsin_grafana;
alter role tocsin_grafana set statement_timeout = '10s';
alter role tocsin_grafana set default_transaction_read_only = on;
alter role tocsin_grafana connection limit 10;
