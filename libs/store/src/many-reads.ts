import type { RecordedEvent } from '#contracts';
import { type ApiKeyRow, SELECT_API_KEYS as API_KEYS } from './api-key.repository.js';
import { type AlertRow, SELECT_ALERTS as ALERTS } from './alert.repository.js';
import { type CommandRow, SELECT_COMMANDS as COMMANDS } from './command.repository.js';
import type { Queryable } from './database.js';
import { type DeliveryRow, ofIncident, SELECT_DELIVERIES as DELIVERIES } from './deliveries/delivery.repository.js';
import { type DrillRow, SELECT_DRILLS as DRILLS } from './drill.repository.js';
import { type EscalationRow, SELECT_ESCALATIONS as ESCALATIONS } from './escalation.repository.js';
import { readGateEvents } from './event-read.js';
import { EVENT_COLUMNS, type EventRow, recordedEvent } from './event-row.js';
import { type FallbackRow, SELECT_FALLBACKS as FALLBACKS } from './fallback.repository.js';
import { type IncidentRow, SELECT_INCIDENTS as INCIDENTS } from './incident.repository.js';
import { type NodeKeyRow, SELECT_NODE_KEYS as NODE_KEYS } from './node-key.repository.js';
import { type OverrideRow, SELECT_OVERRIDES as OVERRIDES } from './override.repository.js';
import { SELECT_SILENCES as SILENCES, type SilenceRow } from './quiet.repository.js';
import { type RedirectRow, SELECT_REDIRECTS as REDIRECTS } from './redirect.repository.js';
import { type KnownReleaseRow, SELECT_RELEASES as RELEASES } from './release.repository.js';
import { type RollbackRow, SELECT_ROLLBACKS as ROLLBACKS } from './rollback.repository.js';
import { type RolloutRow, SELECT_ROLLOUTS as ROLLOUTS } from './rollout.repository.js';
import { SELECT_STATUS_UPDATES as STATUS_UPDATES, type StatusUpdateRow } from './status-update.repository.js';

/** Events of one stream that are read at most by `streams`: half from its beginning, half from its end, which say most. */
export const STREAM_EVENTS_MAX = 500;
/** Rows of one thing that are read at most beside it: a day of it makes fewer; the whole list has pages. */
export const BESIDE_ROWS_MAX = 100;

/** A row, and the thing that it was read for. */
export type Beside<Row> = Row & { readonly of: string };

/** Of some things: what is not there is not in the answer, and the order is nobody's. */
export type ReadMany<Row> = (ids: readonly string[]) => Promise<readonly Row[]>;

/** A stream as far as it was read. */
export interface BoundedStream {
  readonly stream: string;
  /** In their order. */
  readonly events: readonly RecordedEvent[];
  /** Events in its middle that were not read. */
  readonly leftOut: number;
}

/** Reads what belongs to many things with one query, however many they are: what a list shows beside its rows. */
export interface ManyReads {
  readonly alerts: ReadMany<AlertRow>;
  readonly incidents: ReadMany<IncidentRow>;
  readonly rollouts: ReadMany<RolloutRow>;
  readonly rollbacks: ReadMany<RollbackRow>;
  readonly redirects: ReadMany<RedirectRow>;
  readonly commands: ReadMany<CommandRow>;
  readonly overrides: ReadMany<OverrideRow>;
  readonly fallbacks: ReadMany<FallbackRow>;
  readonly silences: ReadMany<SilenceRow>;
  readonly deliveries: ReadMany<DeliveryRow>;
  readonly drills: ReadMany<DrillRow>;
  /** With the hashes of their secrets. */
  readonly keys: ReadMany<ApiKeyRow>;
  readonly nodeKeys: ReadMany<NodeKeyRow>;
  /** By service and name: `dns/v2.1.5+c42`. */
  readonly releases: ReadMany<KnownReleaseRow>;
  /** By incident and number: `in1/2`. */
  readonly statusUpdates: ReadMany<StatusUpdateRow>;
  /** By incident. */
  readonly escalations: ReadMany<EscalationRow>;
  /** By incident, the newest first; `BESIDE_ROWS_MAX` of each. */
  readonly fallbacksOf: ReadMany<Beside<FallbackRow>>;
  /** By incident, the newest first; `BESIDE_ROWS_MAX` of each. */
  readonly statusUpdatesOf: ReadMany<Beside<StatusUpdateRow>>;
  /** By rollback, the newest first; `BESIDE_ROWS_MAX` of each. */
  readonly overridesOf: ReadMany<Beside<OverrideRow>>;
  /** By incident: its pages and calls, the newest first; `BESIDE_ROWS_MAX` of each. */
  readonly pagesOf: ReadMany<Beside<DeliveryRow>>;
  /** By key, the newest first; `BESIDE_ROWS_MAX` of each. */
  readonly deliveriesUnder: ReadMany<Beside<DeliveryRow>>;
  /** By name, each within `STREAM_EVENTS_MAX`. */
  readonly streams: ReadMany<BoundedStream>;
  /** By the name of a rollout's stream, in order: what its gates are made of. */
  readonly gateEvents: ReadMany<RecordedEvent>;
}

/** Of each thing so many rows and no more: the filter names it as `wanted.id`. */
const beside = (select: string, of: string, order: string): string => `
  select wanted.id as "of", found.* from unnest($1::text[]) as wanted (id)
  cross join lateral (${select} where ${of} order by ${order} limit ${BESIDE_ROWS_MAX}) as found`;

const FALLBACKS_OF = beside(FALLBACKS, 'incident_id = wanted.id', 'decided_at desc, fallback_id');
const STATUS_UPDATES_OF = beside(STATUS_UPDATES, 'incident_id = wanted.id', 'n desc');
const OVERRIDES_OF = beside(OVERRIDES, 'o.rollback_id = wanted.id', 'o.requested_at desc, o.override_id');
const UNDER = beside(DELIVERIES, 'dedup_key = wanted.id', 'requested_position desc');
const PAGES_OF = beside(DELIVERIES, ofIncident('wanted.id'), 'requested_position desc');

/** The two parts of ids that have a `/` between them, at its first or its last place, as one list of each. */
const inTwo = (ids: readonly string[], slashOf: (id: string) => number): readonly (readonly string[])[] => {
  const named = ids.filter((id) => slashOf(id) > 0);
  return [named.map((id) => id.slice(0, slashOf(id))), named.map((id) => id.slice(slashOf(id) + 1))];
};
const RELEASES_BY = `${RELEASES} where (service, name) in (select * from unnest($1::text[], $2::text[]))`;
const STATUS_UPDATES_BY = `${STATUS_UPDATES} where (incident_id, n::text) in (select * from unnest($1::text[], $2::text[]))`;

const HALF = STREAM_EVENTS_MAX / 2;
const STREAMS = `
  select found.*, a.version as "last" from unnest($1::text[]) as wanted (stream)
  join chain_anchor a on a.stream = wanted.stream
  cross join lateral (
    select ${EVENT_COLUMNS} from event e
    where e.stream = wanted.stream and (e.version <= ${HALF} or e.version > a.version - ${HALF})
  ) as found
  order by found.position`;

type ReadEvent = EventRow & { readonly last: number };

const boundedStreams = (rows: readonly ReadEvent[]): readonly BoundedStream[] => {
  const byStream = new Map<string, ReadEvent[]>();
  for (const row of rows) {
    const read = byStream.get(row.stream) ?? [];
    read.push(row);
    byStream.set(row.stream, read);
  }
  return [...byStream].map(([stream, read]) => ({
    stream,
    events: read.map(recordedEvent),
    leftOut: (read[0]?.last ?? read.length) - read.length,
  }));
};

/** Reads many at once, from PostgreSQL. */
export const createManyReads = (database: Queryable): ManyReads => {
  const by =
    <Row>(select: string, column: string): ReadMany<Row> =>
    (ids) =>
      database.query<Row>(`${select} where ${column} = any($1)`, [ids]);
  const of =
    <Row>(text: string): ReadMany<Row> =>
    (ids) =>
      database.query<Row>(text, [ids]);
  return {
    alerts: by(ALERTS, 'a.alert_id'),
    incidents: by(INCIDENTS, 'i.incident_id'),
    rollouts: by(ROLLOUTS, 'r.rollout_id'),
    rollbacks: by(ROLLBACKS, 'r.rollback_id'),
    redirects: by(REDIRECTS, 'r.redirect_id'),
    commands: by(COMMANDS, 'command_id'),
    overrides: by(OVERRIDES, 'o.override_id'),
    fallbacks: by(FALLBACKS, 'fallback_id'),
    silences: by(SILENCES, 'silence_id'),
    deliveries: by(DELIVERIES, 'delivery_id'),
    drills: by(DRILLS, 'drill_id'),
    keys: by(API_KEYS, 'key_id'),
    nodeKeys: by(NODE_KEYS, 'key_id'),
    releases: (ids) =>
      database.query<KnownReleaseRow>(
        RELEASES_BY,
        inTwo(ids, (id) => id.indexOf('/')),
      ),
    statusUpdates: (ids) =>
      database.query<StatusUpdateRow>(
        STATUS_UPDATES_BY,
        inTwo(ids, (id) => id.lastIndexOf('/')),
      ),
    escalations: by(ESCALATIONS, 'incident_id'),
    fallbacksOf: of(FALLBACKS_OF),
    statusUpdatesOf: of(STATUS_UPDATES_OF),
    overridesOf: of(OVERRIDES_OF),
    pagesOf: of(PAGES_OF),
    deliveriesUnder: of(UNDER),
    streams: async (names) => boundedStreams(await database.query<ReadEvent>(STREAMS, [names])),
    gateEvents: (streams) => readGateEvents(database, streams),
  };
};
