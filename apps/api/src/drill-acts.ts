import { event, isRefusal, type NewDrill, type Principal, refuse, type Refusal, streamOf } from '#contracts';
import { DRILL_MS } from '#domain';
import type { Clock } from '#runtime';
import type { Database, DrillRepository, DrillRow, EventStore } from '#store';
import { metadataOf, saying } from './act-metadata.js';
import { appendNew } from './append-again.js';
import { refuseUntestable } from './delivery-acts.js';
import { newId } from './new-id.js';

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
    const drillId = `asked-${newId()}`;
    const metadata = metadataOf(saying(caller, comment), 'drill');
    const decide = async () => {
      const [open] = await repository.list({ limit: 1, isOpen: true });
      if (open !== undefined) return refuse('DRILL_UNDER_WAY', `${open.drillId} is ${open.status}`);
      const untestable = channel === undefined ? undefined : await refuseUntestable(database, clock, channel);
      if (untestable !== undefined) return untestable;
      const at = clock.nowMs();
      const tried = channel === undefined ? {} : { channel };
      const asked = { drillId, by: metadata.actor, ...tried, deadlineMs: at + DRILL_MS, at };
      return { stream: streamOf.drill(drillId), expectedVersion: 0, events: [event('DrillRequested', asked)] };
    };
    const made = await appendNew(store, metadata, {
      newId: drillId,
      decide,
      idIn: (told) => (told.type === 'DrillRequested' ? told.data.drillId : undefined),
    });
    if (isRefusal(made)) return made;
    const drill = await repository.find(made);
    if (drill === undefined) throw new Error(`begin drill ${made}: it has a stream and no row`);
    return drill;
  },
});
