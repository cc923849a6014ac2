import { type Event, type Lifting, type Refusal, releaseName, streamOf } from '#contracts';
import {
  type Acting,
  evolveKnownRollout,
  evolveRedirect,
  evolveReleases,
  type HaltPreview,
  isRedirectEvent,
  type LiftingPreview,
  previewHalt,
  previewLifting,
  previewRedirectEnd,
  previewStart,
  type Redirect,
  type RedirectEndPreview,
  releaseKeyOf,
  type ReleaseRecords,
  type StartPreview,
  UNKNOWN_ROLLOUT,
} from '#domain';
import type { Clock } from '#runtime';
import { type AutomationRepository, type Database, readStream, readStreamLastOf } from '#store';
import { readAutomation } from './automation-acts.js';
import { type GateParts, missingOf } from './gate-query.js';

/** What previews are made with. */
export interface ActPreviewParts extends GateParts {
  readonly database: Database;
  readonly automation: AutomationRepository;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** Nobody acts: no decision looks at who does, and nothing is recorded of it. */
const LOOKING = 'preview';

const folded = async <T>(
  database: Database,
  stream: string,
  nothing: T,
  evolve: (known: T, event: Event) => T,
): Promise<T> => (await readStream(database, stream)).reduce((known, { event }) => evolve(known, event), nothing);

const knownRollout = async (database: Database, rolloutId: string) =>
  (await readStreamLastOf(database, streamOf.rollout(rolloutId), 'GateMeasured')).reduce(
    (known, { event }) => evolveKnownRollout(known, event),
    UNKNOWN_ROLLOUT,
  );

const previewOfStart = async (
  parts: ActPreviewParts,
  rolloutId: string,
  acting: Acting,
): Promise<StartPreview | Refusal> => {
  const known = await knownRollout(parts.database, rolloutId);
  const missing = known.rollout === undefined ? [] : await missingOf(known.rollout, parts);
  return previewStart(known, { missing, fleet: parts.catalogue.current().nodes }, acting);
};

/** Dry runs of acts: the decisions themselves on what the log says now, and what they would come to. Nothing is recorded. */
export const actPreviews = (parts: ActPreviewParts) => {
  const { database, automation, clock } = parts;
  const acting = (): Acting => ({ by: LOOKING, at: clock.nowMs() });
  return {
    previewStart: (rolloutId: string) => previewOfStart(parts, rolloutId, acting()),
    previewHalt: async (rolloutId: string): Promise<HaltPreview | Refusal> => {
      const { isOn } = await readAutomation(automation);
      return previewHalt(await knownRollout(database, rolloutId), isOn, acting());
    },
    previewRedirectEnd: async (redirectId: string): Promise<RedirectEndPreview | Refusal> => {
      const redirect = await folded<Redirect | undefined>(
        database,
        streamOf.redirect(redirectId),
        undefined,
        (known, event) => (isRedirectEvent(event) ? evolveRedirect(known, event) : known),
      );
      return previewRedirectEnd(redirect, acting());
    },
    previewLifting: async (of: Pick<Lifting, 'service' | 'release'>): Promise<LiftingPreview | Refusal> => {
      const { service, release } = of;
      const stream = streamOf.release(service, releaseName(release));
      const known = await folded<ReleaseRecords>(
        database,
        stream,
        new Map(),
        (records, event) => evolveReleases(records, event) ?? records,
      );
      return previewLifting(known.get(releaseKeyOf(service, release)), { service, release }, acting());
    },
  };
};
