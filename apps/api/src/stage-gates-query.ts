import { type Page, refuse, type Refusal, streamOf } from '#contracts';
import { type PlacedEvent, type StageGateRecord, stageGatesOf } from '#domain';
import { type Database, type Order, type PageAsk, pageOfSorted, readGateEvents } from '#store';

/** The gate of one stage of a rollout, as it is told. Times are ms of log time. */
export interface StageGateView {
  readonly n: number;
  readonly stage: string;
  readonly phase: StageGateRecord['phase'];
  readonly verdict: StageGateRecord['verdict'];
  readonly because: string;
  readonly beganAt: number;
  readonly decidedAt: number | null;
  /** Up to which slot the tests have come, seconds of event time. */
  readonly throughSlot: number | null;
  readonly cohort: NonNullable<StageGateRecord['measured']>['cohort'] | null;
  readonly control: NonNullable<StageGateRecord['measured']>['control'] | null;
  readonly tests: NonNullable<StageGateRecord['measured']>['tests'];
  readonly judgedBy: NonNullable<StageGateRecord['judgedBy']> | null;
  readonly overdue: StageGateRecord['overdue'];
  readonly evidence: readonly number[];
}

const viewOf = (record: StageGateRecord): StageGateView => {
  const { sinceMs, decidedAtMs = null, measured, judgedBy = null, ...told } = record;
  const { throughSlot = null, cohort = null, control = null, tests = [] } = measured ?? {};
  return { ...told, beganAt: sinceMs, decidedAt: decidedAtMs, throughSlot, cohort, control, tests, judgedBy };
};

/** The stage that was reached last comes first: it is the one that is asked about. */
const NEWEST: Order<StageGateView> = {
  list: 'gates',
  columns: [{ sql: 'n', kind: 'number', isDescending: true, of: ({ n }) => n }],
};

/** The gates that are made of what was told of one rollout, the one of the stage that it reached last first. */
export const stageGateViews = (told: readonly PlacedEvent[]): readonly StageGateView[] =>
  stageGatesOf(told).map(viewOf).toReversed();

/** The gates that a rollout came to, one for each stage, and what each rests on. */
export const readStageGates = async (
  database: Database,
  rolloutId: string,
  ask: PageAsk,
): Promise<Page<StageGateView> | Refusal> => {
  const told = await readGateEvents(database, [streamOf.rollout(rolloutId)]);
  if (told.length === 0) return refuse('NOT_FOUND', `there is no rollout ${rolloutId}`);
  return pageOfSorted(NEWEST, stageGateViews(told), ask);
};
