import { Inject } from '@nestjs/common';
import { Context, Query, Resolver } from '@nestjs/graphql';
import { z } from 'zod';
import { cursorOf, type RecordedEvent, readCursor } from '#contracts';
import { accepted, EVENT_STORE, Needs, READ_DATABASE, readQuery, refused } from '#runtime';
import { type Database, type EventStore, readStreamsAfter, timelineStreams } from '#store';
import { withoutSecrets } from '../event-feed.js';
import { plainListQuery } from '../list-query.js';
import { explainedQuery, whyNotQuery } from '../explain/explain-query.js';
import type { Loaders } from '../loaders/loaders.js';
import type { Queries } from '../queries.js';
import { LOADERS, QUERIES } from '../tokens.js';
import { eventAnswer } from './event-answer.js';
import { connectionOf, given, listArgs, type PageArgs } from './schema/connection.js';
import { Arg, argsType, Asked, maybe, moment, number, one, rawId, text, withoutNulls } from './schema/define.js';
import { found } from './schema/nested.js';
import { ExplanationType, WhyNotType } from './types/explain.types.js';
import { EventConnection } from './types/incident.types.js';
import * as words from './types/words.js';

/** Cursors of events hold their position. */
const LIST = 'events';
const EventsArgs = listArgs('EventsArgs', {
  position: maybe(number('Behind this position, in place of a cursor.')),
  incidentId: maybe(rawId('Of this incident: its own and those of what belongs to it, as in its timeline.')),
  stream: maybe(text('Of this stream.')),
});
interface OfWhat {
  readonly incidentId?: string | null | undefined;
  readonly stream?: string | null | undefined;
}
type EventsAsked = PageArgs & OfWhat & { readonly position?: number | null };
/** A Float holds what no position is, and so does a cursor that somebody made. */
const placeQuery = z.object({ position: z.int().nonnegative() });
const streamQuery = z.object({ stream: z.string().min(1).max(500) });
const WhyNotArgs = argsType('WhyNotArgs', {
  rule: text('The rule.'),
  subject: maybe(text('fleet, a release and a region, or a scope and a key: pop:iad1; fleet unless told.')),
  at: maybe(moment('Now unless told.')),
});

/** What happened, why, and why not. */
@Resolver()
@Needs('view')
export class EventsResolver {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(EVENT_STORE) private readonly store: Pick<EventStore, 'readAll' | 'head'>,
    @Inject(READ_DATABASE) private readonly database: Database,
    @Inject(LOADERS) private readonly loaders: Loaders,
  ) {}

  @Query(() => EventConnection, { description: 'What happened, in the one order.' })
  async events(@Asked(EventsArgs) args: EventsAsked, @Context() context: object) {
    const { position, incidentId, stream, ...page } = args;
    const { limit, after } = accepted(readQuery(plainListQuery, given({ ...page })));
    const place = after === undefined ? [position ?? 0] : accepted(readCursor(LIST, ['number'], after));
    const behind = accepted(readQuery(placeQuery, { position: place[0] })).position;
    const streams = await this.streamsOf({ incidentId, stream }, context);
    const read: readonly RecordedEvent[] =
      streams === undefined
        ? await this.store.readAll(behind, limit + 1)
        : await readStreamsAfter(this.database, streams, behind, limit + 1);
    const items = read.slice(0, limit).map((each) => eventAnswer(withoutSecrets(each)));
    const cursors = items.map((each) => cursorOf(LIST, [each.position]));
    return connectionOf({ items, cursors, next: read.length > limit ? (cursors.at(-1) ?? null) : null }, args);
  }

  @Query(() => Number, { description: 'The position of the newest event; 0: there is none.' })
  headPosition() {
    return this.store.head();
  }

  @Query(() => ExplanationType, { nullable: true, description: 'Why something is as it is.' })
  async explain(
    @Arg('id', rawId('Of the thing, as REST and events have it.')) id: string,
    @Arg('kind', maybe(one(() => words.ExplainedKind, 'What it is; any unless told.'))) kind?: string | null,
  ) {
    const asked = accepted(readQuery(explainedQuery, { id, kind: kind ?? 'any' }));
    return accepted(await this.queries.explain(asked.kind, asked.id));
  }

  @Query(() => WhyNotType, { nullable: true, description: 'Why a rule paged or acted for nobody at a moment.' })
  async whyNot(@Asked(WhyNotArgs) { rule, ...args }: { readonly rule: string }) {
    const asked = accepted(readQuery(whyNotQuery, withoutNulls(args)));
    return accepted(await this.queries.whyNot({ rule, ...asked }));
  }

  /** Of which streams events are asked; undefined: of all. */
  private async streamsOf({ incidentId, stream }: OfWhat, context: object): Promise<readonly string[] | undefined> {
    const isOfIncident = incidentId !== null && incidentId !== undefined;
    if (stream === null || stream === undefined)
      return isOfIncident
        ? timelineStreams(found(await this.loaders.of(context).incident(incidentId), `incident ${incidentId}`))
        : undefined;
    if (isOfIncident) throw refused('QUERY_INVALID', 'an incident or a stream, not both', 'stream');
    return [accepted(readQuery(streamQuery, { stream })).stream];
  }
}
