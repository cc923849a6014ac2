import { randomUUID } from 'node:crypto';
import { event, type NewDrill, type Principal, refuse, type Refusal, streamOf } from '#contracts';
import { DRILL_MS } from '#domain';
import type { Clock } from '#runtime';
import type { Database, DrillRepository, DrillRow, EventStore } from '#store';
import { metadataOf, saying } from './act-metadata.js';
import { refuseUntestable } from './delivery-acts.js';

/** What drills are begun with. */
export interface DrillActParts {
  readonly store: EventStore;
  readonly database: Database;
  readonly clock: Clock;
  readonly repository: DrillRepository;
}

/** Fire drills that people ask for. One at a time: a page of each would be the same. */
export const drillActs = ({ store, database, clock, repository }: DrillActParts) => ({
  beginDrill: async ({ channel, comment }: NewDrill, caller: Principal): Promise<DrillRow | Refusal> => {
    const [open] = await repository.list({ limit: 1, isOpen: true });
    if (open !== undefined) return refuse('DRILL_UNDER_WAY', `${open.drillId} is ${open.status}`);
    const refusal = channel === undefined ? undefined : await refuseUntestable(database, clock, channel);
    if (refusal !== undefined) return refusal;
    const at = clock.nowMs();
    const drillId = `asked-${randomUUID()}`;
    const metadata = metadataOf(saying(caller, comment), 'drill');
    const asked = {
      drillId,
      by: metadata.actor,
      ...(channel !== undefined && { channel }),
      deadlineMs: at + DRILL_MS,
      at,
    };
    const append = { stream: streamOf.drill(drillId), expectedVersion: 0, events: [event('DrillRequested', asked)] };
    await store.append([append], metadata);
    const drill = (await repository.list({ limit: 1 })).find((each) => each.drillId === drillId);
    if (drill === undefined) throw new Error(`begin drill ${drillId}: it has a stream and no row`);
    return drill;
  },
});
