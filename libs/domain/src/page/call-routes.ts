import type { Call, CalledTarget, EventOf } from '#contracts';
import { levelKeyOf } from '../escalation/escalation.js';
import type { Addressee, CalledContact } from './called-contact.js';
import type { IncidentCalls, Route, Routing } from './route.js';

/** The receivers of targets, and in words each target that reaches nobody. */
export const receiversOf = (
  { reach }: Pick<IncidentCalls, 'reach'>,
  targets: readonly CalledTarget[],
  atMs: number,
): { readonly to: readonly Addressee[]; readonly nobody: readonly string[] } => {
  const { reached, nobody } = reach(targets, atMs);
  const to = reached.map(({ contact, person }) => ({ ...contact, ...(person === undefined ? {} : { person }) }));
  return { to, nobody };
};

type LevelCall = EventOf<'EscalationStarted' | 'EscalationAdvanced' | 'EscalationRaised' | 'EscalationResumed'>;

/** A level is called: by the incident's own key where nothing has left by that yet. One that reaches nobody calls nobody; the next one does. */
export const levelRoutes = (
  { type, data }: LevelCall,
  { calls, incident: { incidentId } }: Routing,
): readonly Route[] => {
  const { escalation, called } = calls;
  if (escalation === undefined) return [];
  const { policy, round } = escalation;
  const { level, because, dueAtMs, at } = data;
  const { to, nobody } = receiversOf(calls, policy.levels[level - 1]?.call ?? [], at);
  if (to.length === 0) return [];
  const isFirst = !called.some(({ dedupKey }) => dedupKey === incidentId);
  const step = { policy: policy.policy, level, levels: policy.levels.length, round, because, dueAtMs };
  const says = {
    ...(type === 'EscalationStarted' ? {} : { escalation: { to: `level ${level}`, because } }),
    level: { ...step, ...(nobody.length === 0 ? {} : { unreached: nobody }) },
  };
  const dedupKey = isFirst ? incidentId : levelKeyOf(escalation);
  return [{ action: isFirst ? 'trigger' : 'escalate', dedupKey, to, says }];
};

/** Somebody is called beside the page: the VP, or the first level; where that is nobody, every channel is. */
export const callRoute = (
  { to: asked }: Pick<Call, 'to'>,
  dedupKey: string,
  atMs: number,
  calls: Pick<IncidentCalls, 'reach' | 'escalation' | 'policy'>,
): Route => {
  const policy = calls.escalation?.policy ?? calls.policy;
  const targets = asked === 'vp' ? [{ vp: true } as const] : (policy?.levels[0]?.call ?? []);
  const { to, nobody } = receiversOf(calls, targets, atMs);
  const says = nobody.length === 0 ? {} : { unreached: nobody };
  return { action: 'escalate', dedupKey, to: to.length === 0 ? undefined : to, says };
};

/** Nobody answered, or nobody was reached: every channel is called, since after that nobody is. */
export const exhaustedRoutes = (
  { data }: EventOf<'EscalationExhausted'>,
  { calls: { escalation }, incident: { incidentId } }: Routing,
  called: readonly CalledContact[],
): readonly Route[] => {
  const says = { escalation: { to: 'every channel', because: data.because } };
  if (called.length === 0 || escalation === undefined) return [{ action: 'trigger', dedupKey: incidentId, says }];
  return [{ action: 'escalate', dedupKey: `${incidentId}:exhausted-${escalation.calls}`, says }];
};
