import type { RequestFailed } from '../api/request.js';
import { useAnswer } from '../api/use-answer.js';
import { IMPACT_NOW, type ImpactAnswer, INCIDENT_NOW, NOW, type NowAnswer, type OpenTitle } from './now-document.js';
import type { IncidentTold } from './of-incident.js';
import { gravest } from './verdict.js';

const FOLLOWS = [
  'incident-',
  'alert-',
  'rollback-',
  'rollout-',
  'delivery-',
  'escalation-',
  'automation',
  'redirect-',
  'resolution-',
];
/** Impact is counted once a second; what events change waits for this only where no event of a stream above tells it. */
const EVERY_MS = 2_000;

/** Whom it hurts, or why that is not known. */
export interface ImpactTold {
  readonly impact: ImpactAnswer['impact'] | undefined;
  /** Of the incident that the page speaks of. */
  readonly customers: NonNullable<ImpactAnswer['incident']>['customers'] | undefined;
  readonly error: RequestFailed | null;
}

/** All that the page reads, part by part: one that cannot be read leaves the others as they are. */
interface NowRead {
  readonly data: NowAnswer | undefined;
  readonly error: RequestFailed | null;
  readonly worst: OpenTitle | undefined;
  readonly told: IncidentTold;
  readonly hurt: ImpactTold;
  /** Up to which event all of it is read. */
  readonly position: number | undefined;
}

/** What is open, all of the gravest, and whom it hurts. */
export const useNowAnswer = (): NowRead => {
  const { data, error } = useAnswer('now', NOW, {}, { follows: FOLLOWS, everyMs: EVERY_MS });
  const worst = gravest(data?.open.nodes ?? []);
  const incidentId = worst?.incidentId ?? '';
  const isOpen = worst !== undefined;
  const detail = useAnswer(
    'incident-now',
    INCIDENT_NOW,
    { incidentId },
    { follows: FOLLOWS, everyMs: EVERY_MS, isWanted: isOpen },
  );
  const figures = useAnswer(
    'impact-now',
    IMPACT_NOW,
    { incidentId, isOpen },
    { follows: ['incident-', 'catalogue'], everyMs: EVERY_MS, isWanted: data !== undefined },
  );
  // Another incident may have become the gravest: what was read of the one before is not of it.
  const isOfIt = detail.data?.incident?.incidentId === incidentId;
  const counted = figures.data?.incident ?? undefined;
  const positions = [data?.headPosition, isOpen ? detail.data?.headPosition : data?.headPosition];
  return {
    data,
    error,
    worst,
    told: { isOpen, incident: isOfIt ? (detail.data?.incident ?? undefined) : undefined, error: detail.error },
    hurt: {
      impact: figures.data?.impact,
      customers: counted?.incidentId === incidentId ? counted.customers : undefined,
      error: figures.error,
    },
    position: positions.every((each) => each !== undefined) ? Math.min(...positions) : undefined,
  };
};
