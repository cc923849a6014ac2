import { useQueries } from '@tanstack/react-query';
import { useHolding } from '../api/held.js';
import { request, type RequestFailed } from '../api/request.js';
import { useSession } from '../api/session.js';
import { useAnswer } from '../api/use-answer.js';
import type { Range } from '../time/range.js';
import { AFFECTED, type Affected, INCIDENT_TIMES, type IncidentTime } from './customers-document.js';

/** An incident in whose time the customer was hurt, and how. */
export interface HurtBy {
  readonly incident: IncidentTime;
  readonly hurt: Affected['customers'][number];
}

/** What was found so far. */
export interface HurtByIncidents {
  /** Undefined: it is not known yet which incidents there were. */
  readonly found: readonly HurtBy[] | undefined;
  /** Incidents of the time that are still being looked through. */
  readonly reading: number;
  readonly error: RequestFailed | null;
  /** How many incidents lie in the time, as far as is known, of which ten are looked through. */
  readonly incidents: number;
  /** Whether incidents of the time may lie before the hundred newest. */
  readonly isCut: boolean;
}

/** Who was hurt is counted for four hours at once; of a longer time the newest four. */
const STRETCH_MS = 14_400_000;
/** Each is a question that reads hours of telemetry; who looks for more chooses another time. */
export const INCIDENTS_MAX = 10;
const SECOND_MS = 1_000;

/** When an incident was: from its first failure on; `now` where it is not over. In ms. */
export const timeOf = ({ onsetAt, openedAt, resolvedAt }: IncidentTime, now: number): Range => ({
  from: Date.parse(onsetAt ?? openedAt),
  to: resolvedAt === null ? now : Date.parse(resolvedAt),
});

/** Those that lie in a time, at least in part, the newest first. */
export const within = (incidents: readonly IncidentTime[], { from, to }: Range, now: number): readonly IncidentTime[] =>
  incidents.filter((incident) => {
    const time = timeOf(incident, now);
    return time.from < to && time.to > from;
  });

/** What of an incident lies in a time, in whole seconds: its newest four hours, and a second at least. */
export const stretchOf = (incident: IncidentTime, range: Range): Range => {
  const time = timeOf(incident, range.to);
  const down = (at: number): number => Math.floor(at / SECOND_MS) * SECOND_MS;
  const to = down(Math.min(time.to, range.to));
  const from = Math.min(down(Math.max(time.from, range.from, to - STRETCH_MS)), to - SECOND_MS);
  return { from, to };
};

/**
 * The incidents of a time in which a customer was hurt, by the same count as of who is hurt now, asked of this customer alone. What lies
 * in the past is asked once, what goes on each time that the range moves.
 */
export const useHurtBy = (customerId: string, range: Range): HurtByIncidents => {
  const { key } = useSession();
  const isHeld = useHolding().held !== null;
  const { data, error } = useAnswer('incident-times', INCIDENT_TIMES, {}, { everyMs: 60_000 });
  const all = data?.incidents.nodes ?? [];
  const those = within(all, range, range.to);
  const answers = useQueries({
    queries: those.slice(0, INCIDENTS_MAX).map((incident) => {
      const { from, to } = stretchOf(incident, range);
      const asked = { customerId, since: new Date(from).toISOString(), until: new Date(to).toISOString() };
      return {
        queryKey: ['hurt-by', asked],
        enabled: !isHeld,
        staleTime: Number.POSITIVE_INFINITY,
        queryFn: async ({ signal }: { readonly signal: AbortSignal }) => {
          const { affectedCustomers } = await request(key, AFFECTED, asked, signal);
          const hurt = affectedCustomers?.customers.find((each) => each.customerId === customerId);
          return hurt === undefined ? null : { incident, hurt };
        },
      };
    }),
  });
  const failed = answers.find((answer) => answer.error !== null)?.error;
  const oldest = all.at(-1);
  return {
    found: data && answers.flatMap(({ data: one }) => one ?? []),
    reading: answers.filter(({ isPending }) => isPending).length,
    error: error ?? (failed as RequestFailed | undefined) ?? null,
    incidents: those.length,
    isCut:
      data?.incidents.pageInfo.hasNextPage === true &&
      oldest !== undefined &&
      timeOf(oldest, range.to).from > range.from,
  };
};
