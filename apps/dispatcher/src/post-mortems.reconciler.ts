import { streamOf } from '#contracts';
import { draftedPostMortem, postMortemOf } from '#domain';
import type { Clock } from '#runtime';
import {
  createPostMortemRepository,
  type Database,
  type EventStore,
  postMortemHash,
  readPostMortemSource,
} from '#store';

/** What post-mortems are drafted with. */
export interface PostMortemsParts {
  readonly database: Database;
  readonly eventStore: EventStore;
  readonly clock: Clock;
}

/** Incidents of one run; more wait for the next, 200 ms later. */
const INCIDENTS_PER_RUN = 5;

/**
 * Drafts a post-mortem as soon as an incident is resolved and the public knows: the document follows from the events, so what is recorded is its hash and what it
 * says first. Of several dispatchers one appends; a kill before that leaves it due.
 */
export class PostMortemsReconciler {
  constructor(private readonly parts: PostMortemsParts) {}

  /** One run. */
  readonly reconcile = async (): Promise<void> => {
    const due = await createPostMortemRepository(this.parts.database).due(this.parts.clock.nowMs(), INCIDENTS_PER_RUN);
    let failure: Error | undefined;
    // One that cannot be drafted must not stand before the others.
    for (const incidentId of due)
      await this.draft(incidentId).catch((error: Error) => {
        failure ??= error;
      });
    if (failure !== undefined) throw failure;
  };

  private async draft(incidentId: string): Promise<void> {
    const { database, eventStore, clock } = this.parts;
    const source = await readPostMortemSource(database, incidentId);
    const mortem = source && postMortemOf(source);
    if (source === undefined || mortem === undefined)
      throw new Error(`incident ${incidentId} is resolved, and nothing opened it`);
    const at = Math.max(clock.nowMs(), mortem.resolvedAtMs ?? 0);
    const events = [draftedPostMortem(mortem, { sha256: postMortemHash(source), at })];
    const stream = streamOf.postMortem(incidentId);
    await eventStore.append([{ stream, expectedVersion: 0, events }], { actor: 'dispatcher', cause: stream });
  }
}
