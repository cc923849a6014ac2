import { type Principal, refuse, type Refusal } from '#contracts';
import { reachBy } from '#domain';
import {
  createChannelRepository,
  type Database,
  type IncidentRepository,
  type IncidentRow,
  readOnCallInForce,
} from '#store';
import type { ActParts } from './act.js';
import { tendIncident } from './tend-incident.js';

/** What the acts on incidents need. */
export interface IncidentActParts extends ActParts {
  readonly database: Database;
  readonly incidents: Pick<IncidentRepository, 'findRow'>;
}

/** While a plan is in force, who is given an incident must be reached by it: whoever had it is called no more. */
const unreached = async ({ database, clock }: IncidentActParts, person: string): Promise<Refusal | undefined> => {
  const nowMs = clock.nowMs();
  const inForce = await readOnCallInForce(database, nowMs);
  if (inForce === undefined) return undefined;
  const reach = reachBy(inForce, await createChannelRepository(database).list());
  const { reached, nobody } = reach([{ person }], nowMs);
  return reached.length > 0
    ? undefined
    : refuse('BODY_INVALID', `${person} cannot be reached: ${nobody.join(', ') || 'no contact'}`, '/to');
};

/** Takes an incident on, gives it to somebody else, puts it off, or says something about it. */
export const incidentActs = (parts: IncidentActParts) => {
  const tending = tendIncident(parts);
  const seen = async (incidentId: string, refusal: Refusal | undefined): Promise<IncidentRow | Refusal> =>
    refusal ?? (await parts.incidents.findRow(incidentId)) ?? refuse('NOT_FOUND', `there is no incident ${incidentId}`);
  return {
    acknowledge: async (incidentId: string, note: string, caller: Principal) =>
      seen(incidentId, await tending.acknowledge({ incidentId, caller }, note)),
    handOver: async (incidentId: string, to: { readonly to: string; readonly note: string }, caller: Principal) =>
      seen(incidentId, (await unreached(parts, to.to)) ?? (await tending.handOver({ incidentId, caller }, to))),
    snooze: async (incidentId: string, durationMs: number, comment: string, caller: Principal) =>
      seen(incidentId, await tending.snooze({ incidentId, caller }, durationMs, comment)),
    note: async (incidentId: string, text: string, caller: Principal) =>
      seen(incidentId, await tending.note({ incidentId, caller }, text)),
  };
};
