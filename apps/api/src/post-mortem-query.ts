import { type CostModel, type ImpactSettings, refuse, type Refusal, streamOf } from '#contracts';
import { type IncidentCost, type PostMortem, postMortemMarkdown, postMortemOf } from '#domain';
import type { Clock } from '#runtime';
import {
  createIncidentRepository,
  createPostMortemRepository,
  type Database,
  postMortemHash,
  readPostMortemSource,
  readStream,
} from '#store';
import { costOf } from './incident-cost.js';

/** What a post-mortem is read with. */
export interface PostMortemParts {
  readonly database: Database;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly costModel: CostModel;
  readonly impactSettings: () => Promise<ImpactSettings>;
}

/** A post-mortem as it is answered. */
export interface PostMortemReport {
  readonly postMortem: PostMortem;
  readonly cost: IncidentCost;
  /** What was recorded at the resolution; null: it is not resolved, or not drafted yet. */
  readonly drafted: {
    readonly sha256: string;
    readonly at: number | null;
    /** Nothing came to the incident since; how its deliveries go on does not count. */
    readonly isUnchanged: boolean;
  } | null;
}

/** Reads a post-mortem from the events as they are now. */
export const readPostMortem = async (
  { database, clock, costModel, impactSettings }: PostMortemParts,
  incidentId: string,
): Promise<PostMortemReport | Refusal> => {
  const source = await readPostMortemSource(database, incidentId);
  const postMortem = source && postMortemOf(source);
  const incident = await createIncidentRepository(database).findRow(incidentId);
  if (source === undefined || postMortem === undefined || incident === undefined)
    return refuse('NOT_FOUND', `there is no incident ${incidentId}`);
  const stream = await readStream(database, streamOf.incident(incidentId));
  const settings = await impactSettings();
  const cost = costOf(incident, stream, { nowMs: clock.nowMs(), settings, model: costModel });
  const row = await createPostMortemRepository(database).find(incidentId);
  const drafted =
    row === undefined || row.sha256 === null
      ? null
      : { sha256: row.sha256, at: row.draftedAt, isUnchanged: row.sha256 === postMortemHash(source) };
  return { postMortem, cost, drafted };
};

/** The same for people. */
export const markdownOf = ({ postMortem, cost }: PostMortemReport): string => postMortemMarkdown(postMortem, cost);
