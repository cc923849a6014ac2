import { json, projection } from './projection.js';

/** Sets of rules as they were loaded, and what became of the last wish for another. */
export const ruleSetProjection = projection(['rule_set', 'rule_reload'], {
  RulesLoaded: async (tx, { version, sha256, source, fromTick, ruleSet, at }, { metadata }) => {
    await tx.query(
      `insert into rule_set (version, sha256, source, from_tick, rule_set, loaded_at, loaded_by)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [version, sha256, source, fromTick, json(ruleSet), at, metadata.actor],
    );
    await tx.query(
      'update rule_reload set refused_at = null, refused_source = null, refused_problems = null, refusal_ended_at = null',
    );
  },
  RulesReloadAsked: (tx, { at }, { version, metadata }) =>
    tx.query(
      `insert into rule_reload (one, asked_version, asked_at, asked_by) values (true, $1, $2, $3)
       on conflict (one) do update
         set asked_version = excluded.asked_version, asked_at = excluded.asked_at, asked_by = excluded.asked_by`,
      [version, at, metadata.actor],
    ),
  RulesRefused: (tx, { source, problems, at }) =>
    tx.query(
      `insert into rule_reload (one, refused_at, refused_source, refused_problems) values (true, $1, $2, $3)
       on conflict (one) do update set refused_at = excluded.refused_at, refused_source = excluded.refused_source,
         refused_problems = excluded.refused_problems, refusal_ended_at = null`,
      [at, source, json(problems)],
    ),
  RulesUnchanged: (tx, { at }) => tx.query('update rule_reload set refusal_ended_at = $1', [at]),
});
