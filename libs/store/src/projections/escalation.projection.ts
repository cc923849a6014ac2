import type { EventData } from '#contracts';
import type { Queryable } from '../database.js';
import { json, projection } from './projection.js';

const start = (tx: Queryable, started: EventData<'EscalationStarted'>): Promise<unknown> => {
  const { incidentId, policy, level, because, dueAtMs, at } = started;
  return tx.query(
    `insert into incident_escalation (incident_id, policy, state, level, round, highest, calls, because, due_at, started_at,
       changed_at)
     values ($1, $2::jsonb, 'running', $3, 0, $3, 1, $4, $5, $6, $6)`,
    [incidentId, json(policy), level, because, dueAtMs, at],
  );
};

type Called = EventData<'EscalationAdvanced' | 'EscalationRaised' | 'EscalationResumed'>;

const call = (tx: Queryable, { incidentId, level, round, because, dueAtMs, at }: Called): Promise<unknown> =>
  tx.query(
    `update incident_escalation set state = 'running', level = $2, round = $3, highest = greatest(highest, $2),
       calls = calls + 1, because = $4, held_by = null, due_at = $5, changed_at = $6
     where incident_id = $1`,
    [incidentId, level, round, because, dueAtMs, at],
  );

const end = (state: 'exhausted' | 'ended') => (tx: Queryable, ended: EventData<'EscalationEnded'>) =>
  tx.query(
    `update incident_escalation set state = $2, because = $3, held_by = null, due_at = null, changed_at = $4
     where incident_id = $1`,
    [ended.incidentId, state, ended.because, ended.at],
  );

/** What an escalation is at, and when its next step is due. */
export const escalationProjection = projection(['incident_escalation'], {
  EscalationStarted: start,
  EscalationAdvanced: call,
  EscalationRaised: call,
  EscalationResumed: call,
  EscalationPaused: (tx, { incidentId, state, by, untilMs, at }) =>
    tx.query(
      `update incident_escalation set state = $2, held_by = $3, due_at = $4, changed_at = $5 where incident_id = $1`,
      [incidentId, state, by, untilMs, at],
    ),
  EscalationExhausted: end('exhausted'),
  EscalationEnded: end('ended'),
});
