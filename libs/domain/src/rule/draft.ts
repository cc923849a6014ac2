import { type Event, releaseName, streamOf } from '#contracts';
import { type DeciderState, evolveDrafted } from './decider-state.js';

/** Events to append to one stream, and the version it has now (0 = it does not exist yet). */
export interface Decision {
  readonly stream: string;
  readonly expectedVersion: number;
  readonly events: readonly Event[];
}

/** The stream of an event that a decider may return. */
const streamOfEvent = ({ type, data }: Event): string => {
  if (type === 'CommandIssued') return streamOf.command(data.command.commandId);
  if (type.startsWith('Breaker') && 'service' in data) return streamOf.breaker(data.service);
  if (type === 'UpdateBegan' || type === 'UpdateEnded') return streamOf.breaker(data.service);
  if (type.startsWith('Rollout') && 'rolloutId' in data) return streamOf.rollout(data.rolloutId);
  if (type === 'RateRailOpened') return streamOf.automation;
  if (type === 'ReleaseQuarantined') return streamOf.release(data.service, releaseName(data.release));
  if (type.startsWith('Gate') && 'rolloutId' in data) return streamOf.rollout(data.rolloutId);
  if (type === 'ExternalChangeTold') return streamOf.externalChange(data.changeId);
  if (type === 'AlertResolutionRequested') return streamOf.alertResolution(data.alertId);
  if (type === 'DrillFired') return streamOf.drill(data.drillId);
  if ('overrideId' in data && type.startsWith('Override')) return streamOf.override(data.overrideId ?? '');
  if ('redirectId' in data) return streamOf.redirect(data.redirectId);
  if ('rollbackId' in data) return streamOf.rollback(data.rollbackId);
  if ('fallbackId' in data) return streamOf.fallback(data.fallbackId);
  if ('incidentId' in data) return streamOf.incident(data.incidentId);
  if ('silenceId' in data) return streamOf.silence(data.silenceId);
  if ('maintenanceId' in data) return streamOf.maintenance(data.maintenanceId);
  if ('escalationId' in data) return streamOf.customerEscalation(data.escalationId);
  if ('rolloutId' in data) return streamOf.rollout(data.rolloutId);
  if ('alertId' in data) return streamOf.alert(data.alertId);
  throw new Error(`draft ${type}: no decider of the rules engine may return it`);
};

/** The decisions of a tick in the making: later deciders see what earlier ones decided, the real state does not change. */
export class Draft {
  private readonly decisions = new Map<string, { expectedVersion: number; events: Event[] }>();

  constructor(public state: DeciderState) {}

  add(events: readonly Event[]): void {
    for (const event of events) {
      const stream = streamOfEvent(event);
      const expectedVersion = this.state.versions.get(stream) ?? 0;
      const decision = this.decisions.get(stream) ?? { expectedVersion, events: [] };
      decision.events.push(event);
      this.decisions.set(stream, decision);
      const version = decision.expectedVersion + decision.events.length;
      this.state = evolveDrafted(this.state, { stream, version, event });
    }
  }

  /** One decision per stream, in the order in which the streams were first touched. */
  finish(): readonly Decision[] {
    return Array.from(this.decisions, ([stream, { expectedVersion, events }]) => ({ stream, expectedVersion, events }));
  }
}
