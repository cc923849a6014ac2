import { type Event, type EventOf, type RecordedEvent, streamOf } from '#contracts';
import {
  decideEscalationEnd,
  decideEscalationRaise,
  decideEscalationStart,
  decideHeld,
  decidePutOff,
  decideUnreachedLevel,
  type Escalation,
  evolveEscalation,
  isLevelCall,
  isEscalationEvent,
  type Reach,
  reachBy,
  type Reaches,
} from '#domain';
import { createChannelRepository } from './deliveries/channel.repository.js';
import type { Queryable } from './database.js';
import { createDeliveryRepository } from './deliveries/delivery.repository.js';
import type { PendingEvent } from './event-append.js';
import { readStream } from './event-read.js';
import { createIncidentRepository } from './incident.repository.js';
import { earliestAtMs, type OnCallInForce, readOnCallInForce } from './on-call-in-force.js';
import { policySubjectOf } from './deliveries/policy-subject.js';

/** Events that begin, raise, pause or end an escalation, and those that call a level. */
const CAUSES = [
  'IncidentOpened',
  'IncidentUnmuted',
  'IncidentImpactChanged',
  'IncidentDeclared',
  'AlertJoinedIncident',
  'IncidentAcknowledged',
  'IncidentHandedOver',
  'IncidentSnoozed',
  'IncidentResolved',
  'EscalationAdvanced',
  'EscalationResumed',
] as const;

type Cause = EventOf<(typeof CAUSES)[number]>;
const TYPES: ReadonlySet<string> = new Set(CAUSES);
const isCause = (event: Event): event is Cause => TYPES.has(event.type);

/** One that opens muted is called for when it is unmuted. */
const isMuted = (event: Cause): boolean => event.type === 'IncidentOpened' && event.data.muted !== undefined;

/** Reads the escalation of an incident, as its events say. */
export const readEscalation = async (
  tx: Queryable,
  incidentId: string,
): Promise<{ readonly escalation: Escalation | undefined; readonly version: number }> => {
  const recorded = await readStream(tx, streamOf.escalation(incidentId));
  return { escalation: escalationOf(recorded), version: recorded.at(-1)?.version ?? 0 };
};

/** The escalation after some of its events. */
export const escalationOf = (recorded: readonly RecordedEvent[]): Escalation | undefined =>
  recorded.reduce<Escalation | undefined>(
    (before, { event }) => (isEscalationEvent(event) ? evolveEscalation(before, event) : before),
    undefined,
  );

/**
 * When something is decided: at the log time of its cause, and not before that was recorded, so that whoever is called by what was
 * decided late has the time that the policy gives. What a timer did keeps its time: who is on call is looked up by it, and must be the
 * same for whether anybody is and for who.
 */
const decidedAtMs = (event: Cause, recordedAtMs: number): number =>
  isEscalationEvent(event) ? event.data.at : Math.max(event.data.at, recordedAtMs);

/** Derives escalations within the transaction of an append: nobody else appends meanwhile. */
class EscalationDerivation {
  readonly pending: PendingEvent[] = [];
  private readonly known = new Map<string, Escalation | undefined>();
  /** Incidents for which somebody is called by this very append. */
  private readonly reached = new Set<string>();
  private inForce: Promise<OnCallInForce | undefined> | undefined;

  constructor(
    private readonly tx: Queryable,
    private readonly fromMs: number,
  ) {}

  async derive(cause: RecordedEvent, event: Cause): Promise<void> {
    const { incidentId } = event.data;
    if (!this.known.has(incidentId)) this.known.set(incidentId, (await readEscalation(this.tx, incidentId)).escalation);
    const atMs = decidedAtMs(event, cause.recordedAtMs);
    const decided = await this.decide(event, this.known.get(incidentId), atMs);
    for (const each of decided) this.take(incidentId, each, cause);
    if ([event, ...decided].some(isLevelCall)) await this.settle(incidentId, cause, atMs);
  }

  private async decide(
    event: Cause,
    escalation: Escalation | undefined,
    atMs: number,
  ): Promise<readonly EventOf<'EscalationStarted' | 'EscalationRaised' | 'EscalationPaused' | 'EscalationEnded'>[]> {
    switch (event.type) {
      case 'IncidentOpened':
        return escalation === undefined && !isMuted(event) ? this.start(event.data.incidentId, atMs) : [];
      case 'IncidentUnmuted':
        return escalation === undefined ? this.startUnmuted(event.data.incidentId, atMs) : [];
      case 'IncidentImpactChanged':
      case 'IncidentDeclared':
      case 'AlertJoinedIncident':
        return escalation === undefined ? [] : this.raise(escalation, atMs);
      case 'IncidentAcknowledged':
        return decideHeld(escalation, event.data.by, atMs);
      case 'IncidentHandedOver':
        return decideHeld(escalation, event.data.to, atMs);
      case 'IncidentSnoozed':
        return decidePutOff(escalation, event.data, atMs);
      case 'IncidentResolved':
        return decideEscalationEnd(escalation, event.data.because, atMs);
      case 'EscalationAdvanced':
      case 'EscalationResumed':
        return [];
    }
  }

  private async start(
    incidentId: string,
    atMs: number,
  ): Promise<readonly EventOf<'EscalationStarted' | 'EscalationRaised'>[]> {
    this.inForce ??= readOnCallInForce(this.tx, this.fromMs);
    const inForce = await this.inForce;
    const incident = await createIncidentRepository(this.tx).findRow(incidentId);
    if (inForce === undefined || incident === undefined) return [];
    const subject = await policySubjectOf(this.tx, incident);
    return decideEscalationStart(inForce.plan, incidentId, subject, { atMs, reaches: await this.reaches(atMs) });
  }

  /** Somebody may have taken it on while it was muted: the page leaves, and nobody is called beside it or after it. */
  private async startUnmuted(
    incidentId: string,
    atMs: number,
  ): Promise<readonly EventOf<'EscalationStarted' | 'EscalationRaised' | 'EscalationPaused'>[]> {
    const [started, ...raised] = await this.start(incidentId, atMs);
    if (started?.type !== 'EscalationStarted') return [];
    const owner = (await createIncidentRepository(this.tx).findRow(incidentId))?.owner ?? null;
    if (owner === null) return [started, ...raised];
    return [started, ...decideHeld(evolveEscalation(undefined, started), owner, atMs)];
  }

  private async raise(escalation: Escalation, atMs: number): Promise<readonly EventOf<'EscalationRaised'>[]> {
    const incident = await createIncidentRepository(this.tx).findRow(escalation.incidentId);
    if (incident === undefined) return [];
    const { severity, priority, impact } = incident;
    const { score: impactScore, dollarsPerMinute } = impact;
    const figures = { severity, priority, impactScore, dollarsPerMinute };
    return decideEscalationRaise(escalation, figures, { atMs, reaches: await this.reaches(atMs) });
  }

  /** Goes on from levels that reach nobody, until one reaches somebody or none is left. */
  private async settle(incidentId: string, cause: RecordedEvent, atMs: number): Promise<void> {
    const reach = await this.reach();
    for (let tried = 1; ; tried += 1) {
      const escalation = this.known.get(incidentId);
      if (escalation?.state !== 'running') return;
      const { reached, nobody } = reach(escalation.policy.levels[escalation.level - 1]?.call ?? [], atMs);
      if (reached.length > 0) {
        this.reached.add(incidentId);
        return;
      }
      const isAnybodyCalled = this.reached.has(incidentId) || (await this.wasCalled(incidentId));
      this.take(incidentId, decideUnreachedLevel(escalation, { nobody, isAnybodyCalled, tried }, atMs), cause);
    }
  }

  private async reaches(atMs: number): Promise<Reaches> {
    const reach = await this.reach();
    return (call) => reach(call, atMs).reached.length > 0;
  }

  private async wasCalled(incidentId: string): Promise<boolean> {
    return (await createDeliveryRepository(this.tx).called(incidentId)).length > 0;
  }

  private async reach(): Promise<Reach> {
    this.inForce ??= readOnCallInForce(this.tx, this.fromMs);
    const inForce = await this.inForce;
    const nobody: Reach = () => ({ reached: [], nobody: ['no plan is loaded'] });
    return inForce === undefined ? nobody : reachBy(inForce, await createChannelRepository(this.tx).list());
  }

  private take(incidentId: string, event: Parameters<typeof evolveEscalation>[1], cause: RecordedEvent): void {
    this.known.set(incidentId, evolveEscalation(this.known.get(incidentId), event));
    const metadata = { actor: cause.metadata.actor, cause: `${cause.stream}@${cause.version}` };
    this.pending.push({ stream: streamOf.escalation(incidentId), event, metadata });
  }
}

/** What becomes of escalations by appended events, after all of these were projected. */
export const derivedEscalations = async (
  tx: Queryable,
  appended: readonly RecordedEvent[],
): Promise<readonly PendingEvent[]> => {
  const derivation = new EscalationDerivation(tx, earliestAtMs(appended));
  for (const cause of appended) if (isCause(cause.event)) await derivation.derive(cause, cause.event);
  return derivation.pending;
};
