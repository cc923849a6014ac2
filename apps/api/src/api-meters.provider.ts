import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { CLOCK, type Clock, DATABASE, METERS, type Meters, TRACES, type Traces } from '#runtime';
import { createSegmentRepository, createWatchRepository, type Database } from '#store';
import { meterApi } from './api.meters.js';
import type { EventFeed } from './event-feed.js';
import { meterGraphql } from './graphql/graphql.meters.js';
import type { Followers } from './live/followers.js';
import { meterLive } from './live/live.meters.js';
import { EVENT_FEED, FOLLOWERS } from './tokens.js';

/** Adds the meters of the people's door. */
@Injectable()
export class ApiMeters implements OnApplicationBootstrap {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(METERS) private readonly meters: Meters,
    @Inject(TRACES) private readonly traces: Traces,
    @Inject(FOLLOWERS) private readonly followers: Followers,
    @Inject(EVENT_FEED) private readonly feed: EventFeed,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
  ) {}

  onApplicationBootstrap(): void {
    const { database, clock, meters, traces } = this;
    meterApi(meters, createSegmentRepository(database), createWatchRepository(database), clock);
    meterLive(meters, this.followers, this.feed);
    meterGraphql(meters, traces, this.host.httpAdapter.getInstance<FastifyInstance>());
  }
}
