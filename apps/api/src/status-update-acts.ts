import { z } from 'zod';
import { commentSchema, isRefusal, type Principal, refuse, type Refusal, STATUS_TEXT_MAX, streamOf } from '#contracts';
import {
  decideDiscard,
  decidePublication,
  evolveStatusUpdates,
  isStatusUpdateEvent,
  NO_STATUS_UPDATES,
  type StatusEdits,
  type StatusUpdates,
} from '#domain';
import type { StatusUpdateRepository, StatusUpdateRow } from '#store';
import { saying } from './act-metadata.js';
import { act, type Act, type ActParts } from './act.js';

/** What of a draft a person may change when it is published. */
export const publicationBody = z
  .strictObject({
    text: z.string().trim().min(1).max(STATUS_TEXT_MAX).optional(),
    workaround: z.string().trim().max(STATUS_TEXT_MAX).optional(),
    comment: commentSchema.optional(),
  })
  .default({});
/** The number of an update. */
export const statusNumber = z.coerce.number().int().min(1).max(100_000);

/** What status updates are published with. */
export interface StatusUpdateParts extends ActParts {
  readonly repository: StatusUpdateRepository;
}

interface Named {
  readonly incidentId: string;
  readonly n: number;
}

/** Updates of one incident that are looked through: a day of updates each five minutes. */
const UPDATES_MAX = 300;

const on = async (
  { repository, ...parts }: StatusUpdateParts,
  { incidentId, n }: Named,
  what: string,
  caller: Principal,
  decide: Act<StatusUpdates>['decide'],
): Promise<StatusUpdateRow | Refusal> => {
  const refusal = await act<StatusUpdates>(parts, {
    stream: streamOf.status(incidentId),
    cause: `${what} status update ${incidentId} ${n}`,
    caller,
    nothing: NO_STATUS_UPDATES,
    evolve: (known, event) => (isStatusUpdateEvent(event) ? evolveStatusUpdates(known, event) : known),
    decide,
  });
  if (isRefusal(refusal)) return refusal;
  const rows = await repository.list({ incidentId, limit: UPDATES_MAX });
  return rows.find((row) => row.n === n) ?? refuse('NOT_FOUND', `there is no status update ${n}`);
};

/** What people do with drafts of status updates. */
export const statusUpdateActs = (parts: StatusUpdateParts) => ({
  publishStatusUpdate: (named: Named, edits: StatusEdits, caller: Principal) =>
    on(parts, named, 'publish', caller, (updates, acting) => decidePublication(updates, { ...named, edits }, acting)),
  discardStatusUpdate: (named: Named, comment: string, caller: Principal) =>
    on(parts, named, 'discard', saying(caller, comment), (updates, acting) =>
      decideDiscard(updates, { ...named, comment }, acting),
    ),
});
