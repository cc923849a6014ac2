import { json, projection } from './projection.js';

const NOT_REFUSED = 'update on_call_reload set refused_at = null, refused_source = null, refused_problems = null';

/** Plans of who is called, overrides of their schedules, and what became of the last wish for another plan. */
export const onCallProjection = projection(['on_call_plan', 'schedule_override', 'on_call_reload'], {
  OnCallLoaded: async (tx, { version, sha256, source, isFile, plan, at }, { metadata }) => {
    await tx.query(
      `insert into on_call_plan (version, sha256, source, is_file, plan, loaded_at, loaded_by)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [version, sha256, source, isFile ?? false, json(plan), at, metadata.actor],
    );
    await tx.query(NOT_REFUSED);
  },
  ScheduleOverridden: (tx, data, { version }) =>
    tx.query(
      `insert into schedule_override
         (schedule_override_id, made, schedule, person, from_ms, until_ms, made_by, comment, made_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        data.scheduleOverrideId,
        version,
        data.schedule,
        data.person,
        data.fromMs,
        data.untilMs,
        data.by,
        data.comment,
        data.at,
      ],
    ),
  ScheduleOverrideWithdrawn: (tx, { scheduleOverrideId, by, at }) =>
    tx.query('update schedule_override set withdrawn_at = $2, withdrawn_by = $3 where schedule_override_id = $1', [
      scheduleOverrideId,
      at,
      by,
    ]),
  OnCallReloadAsked: (tx, { at }, { version, metadata }) =>
    tx.query(
      `insert into on_call_reload (one, asked_version, asked_at, asked_by) values (true, $1, $2, $3)
       on conflict (one) do update
         set asked_version = excluded.asked_version, asked_at = excluded.asked_at, asked_by = excluded.asked_by`,
      [version, at, metadata.actor],
    ),
  OnCallRefused: (tx, { source, problems, at }) =>
    tx.query(
      `insert into on_call_reload (one, refused_at, refused_source, refused_problems) values (true, $1, $2, $3)
       on conflict (one) do update set refused_at = excluded.refused_at, refused_source = excluded.refused_source,
         refused_problems = excluded.refused_problems`,
      [at, source, json(problems)],
    ),
  OnCallUnchanged: async (tx, { at }) => {
    await tx.query(NOT_REFUSED);
    await tx.query('update on_call_reload set unchanged_at = $1', [at]);
  },
});
