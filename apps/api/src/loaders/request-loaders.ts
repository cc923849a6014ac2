import DataLoader from 'dataloader';
import { type RecordedEvent, streamOf } from '#contracts';
import type {
  AlertRow,
  ApiKeyRow,
  Beside,
  BoundedStream,
  CommandRow,
  DeliveryRow,
  DrillRow,
  EscalationRow,
  FallbackRow,
  IncidentRow,
  KnownReleaseRow,
  ManyReads,
  NodeKeyRow,
  OverrideRow,
  ReadMany,
  RedirectRow,
  RollbackRow,
  RolloutRow,
  SilenceRow,
  StatusUpdateRow,
} from '#store';

/** Most ids of one query: PostgreSQL takes more, and a page has 500 rows. */
const BATCH_MAX = 1_000;

/** One thing by its id; undefined: there is none. */
export type LoadOne<Row> = (id: string) => Promise<Row | undefined>;
/** What belongs to a thing. */
export type LoadMany<Row> = (id: string) => Promise<readonly Row[]>;

/**
 * Reads for one request: whatever is asked for in the same moment is read with one query, and nothing twice. Kept as long as the
 * request, and bounded by what one request may ask for.
 */
export interface RequestLoaders {
  readonly alert: LoadOne<AlertRow>;
  readonly incident: LoadOne<IncidentRow>;
  readonly rollout: LoadOne<RolloutRow>;
  readonly rollback: LoadOne<RollbackRow>;
  readonly redirect: LoadOne<RedirectRow>;
  readonly command: LoadOne<CommandRow>;
  readonly override: LoadOne<OverrideRow>;
  readonly fallback: LoadOne<FallbackRow>;
  readonly silence: LoadOne<SilenceRow>;
  readonly delivery: LoadOne<DeliveryRow>;
  readonly drill: LoadOne<DrillRow>;
  readonly key: LoadOne<Omit<ApiKeyRow, 'secretHash'>>;
  readonly nodeKey: LoadOne<NodeKeyRow>;
  /** By service and name: `dns/v2.1.5+c42`. */
  readonly release: LoadOne<KnownReleaseRow>;
  /** By incident and number: `in1/2`. */
  readonly statusUpdate: LoadOne<StatusUpdateRow>;
  readonly escalation: LoadOne<EscalationRow>;
  readonly stream: LoadOne<BoundedStream>;
  /** By rollout: what its gates are made of. */
  readonly gateEventsOf: LoadMany<RecordedEvent>;
  readonly fallbacksOf: LoadMany<FallbackRow>;
  readonly statusUpdatesOf: LoadMany<StatusUpdateRow>;
  readonly overridesOf: LoadMany<OverrideRow>;
  readonly pagesOf: LoadMany<DeliveryRow>;
  readonly deliveriesUnder: LoadMany<DeliveryRow>;
}

const options = { maxBatchSize: BATCH_MAX };

/** Loads one thing by its id. */
export const oneBy = <Row>(read: ReadMany<Row>, idOf: (row: Row) => string): LoadOne<Row> => {
  const loader = new DataLoader<string, Row | undefined>(async (ids) => {
    const rows = new Map((await read(ids)).map((row) => [idOf(row), row]));
    return ids.map((id) => rows.get(id));
  }, options);
  return (id) => loader.load(id);
};

const manyBy = <Row>(read: ReadMany<Beside<Row>>): LoadMany<Row> => {
  const loader = new DataLoader<string, readonly Row[]>(async (ids) => {
    const rows = new Map<string, Row[]>(ids.map((id) => [id, []]));
    for (const { of, ...row } of await read(ids)) rows.get(of)?.push(row as Row);
    return ids.map((id) => rows.get(id) ?? []);
  }, options);
  return (id) => loader.load(id);
};

/** What is shown of a key: the hash of its secret is nobody's business but the authenticator's. */
const withoutHash = ({ secretHash: _hash, ...key }: ApiKeyRow): Omit<ApiKeyRow, 'secretHash'> => key;

/** Loaders for one request. */
export const createRequestLoaders = (reads: ManyReads): RequestLoaders => ({
  alert: oneBy(reads.alerts, ({ alertId }) => alertId),
  incident: oneBy(reads.incidents, ({ incidentId }) => incidentId),
  rollout: oneBy(reads.rollouts, ({ rolloutId }) => rolloutId),
  rollback: oneBy(reads.rollbacks, ({ rollbackId }) => rollbackId),
  redirect: oneBy(reads.redirects, ({ redirectId }) => redirectId),
  command: oneBy(reads.commands, ({ commandId }) => commandId),
  override: oneBy(reads.overrides, ({ overrideId }) => overrideId),
  fallback: oneBy(reads.fallbacks, ({ fallbackId }) => fallbackId),
  silence: oneBy(reads.silences, ({ silenceId }) => silenceId),
  delivery: oneBy(reads.deliveries, ({ deliveryId }) => deliveryId),
  drill: oneBy(reads.drills, ({ drillId }) => drillId),
  key: oneBy(
    async (ids) => (await reads.keys(ids)).map(withoutHash),
    ({ keyId }) => keyId,
  ),
  nodeKey: oneBy(reads.nodeKeys, ({ keyId }) => keyId),
  release: oneBy(reads.releases, ({ service, name }) => `${service}/${name}`),
  statusUpdate: oneBy(reads.statusUpdates, ({ incidentId, n }) => `${incidentId}/${n}`),
  escalation: oneBy(reads.escalations, ({ incidentId }) => incidentId),
  stream: oneBy(reads.streams, ({ stream }) => stream),
  gateEventsOf: manyBy(async (rolloutIds) => {
    const rollouts = new Map(rolloutIds.map((rolloutId) => [streamOf.rollout(rolloutId), rolloutId]));
    const told = await reads.gateEvents([...rollouts.keys()]);
    return told.map((each) => ({ ...each, of: rollouts.get(each.stream) ?? '' }));
  }),
  fallbacksOf: manyBy(reads.fallbacksOf),
  statusUpdatesOf: manyBy(reads.statusUpdatesOf),
  overridesOf: manyBy(reads.overridesOf),
  pagesOf: manyBy(reads.pagesOf),
  deliveriesUnder: manyBy(reads.deliveriesUnder),
});

/** All that are there of some ids, in their order. */
export const loadAll = async <Row>(load: LoadOne<Row>, ids: readonly string[]): Promise<readonly Row[]> =>
  (await Promise.all(ids.map(load))).filter((row) => row !== undefined) as readonly Row[];
