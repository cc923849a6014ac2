import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useHolding } from '../api/held.js';
import { request, type RequestFailed } from '../api/request.js';
import { useSession } from '../api/session.js';
import type { Range } from '../time/range.js';
import { AFFECTED, type Affected, INCIDENT_TIMES, type IncidentTime } from './customers-document.js';

/** An incident in whose time the customer was hurt, and how. */
export interface HurtBy {
  readonly incident: IncidentTime;
  readonly hurt: Affected['customers'][number];
}

/** Who was hurt is counted for four hours at once; of a longer incident the first four. */
const STRETCH_MS = 14_400_000;
/** Each is a question that reads hours of telemetry; who looks for more chooses another time. */
const INCIDENTS_MAX = 10;

/** When an incident was: from its first failure on; `now` where it is not over. In ms. */
export const timeOf = ({ onsetAt, openedAt, resolvedAt }: IncidentTime, now: number): Range => ({
  from: Date.parse(onsetAt ?? openedAt),
  to: resolvedAt === null ? now : Date.parse(resolvedAt),
});

/** Those that lie in a time, at least in part, the newest first; at most ten. */
export const within = (incidents: readonly IncidentTime[], { from, to }: Range, now: number): readonly IncidentTime[] =>
  incidents
    .filter((incident) => {
      const time = timeOf(incident, now);
      return time.from < to && time.to > from;
    })
    .slice(0, INCIDENTS_MAX);

const secondOf = (at: number): string => new Date(Math.floor(at / 1_000) * 1_000).toISOString();

/** The incidents of a time in which a customer was hurt, by the same count as of who is hurt now. */
export const useHurtBy = (customerId: string, range: Range): UseQueryResult<readonly HurtBy[], RequestFailed> => {
  const { key } = useSession();
  const isHeld = useHolding().held !== null;
  return useQuery<readonly HurtBy[], RequestFailed>({
    queryKey: ['hurt-by', customerId, range.from, range.to],
    enabled: !isHeld,
    meta: { follows: ['incident-'] },
    queryFn: async ({ signal }) => {
      const { incidents } = await request(key, INCIDENT_TIMES, {}, signal);
      const found: HurtBy[] = [];
      for (const incident of within(incidents.nodes, range, range.to)) {
        const { from, to } = timeOf(incident, range.to);
        const asked = {
          since: secondOf(from),
          until: secondOf(Math.max(from + 1_000, Math.min(to, from + STRETCH_MS))),
        };
        const { affectedCustomers } = await request(key, AFFECTED, asked, signal);
        const hurt = affectedCustomers?.customers.find((each) => each.customerId === customerId);
        if (hurt !== undefined) found.push({ incident, hurt });
      }
      return found;
    },
  });
};
