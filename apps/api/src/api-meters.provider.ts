import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { CLOCK, type Clock, DATABASE, METERS, type Meters, TRACES, type Traces } from '#runtime';
import { createSegmentRepository, createWatchRepository, type Database } from '#store';
import { meterApi } from './api.meters.js';
import { meterGraphql } from './graphql/graphql.meters.js';

/** Adds the meters of the people's door. */
@Injectable()
export class ApiMeters implements OnApplicationBootstrap {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(METERS) private readonly meters: Meters,
    @Inject(TRACES) private readonly traces: Traces,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
  ) {}

  onApplicationBootstrap(): void {
    const { database, clock, meters, traces } = this;
    meterApi(meters, createSegmentRepository(database), createWatchRepository(database), clock);
    meterGraphql(meters, traces, this.host.httpAdapter.getInstance<FastifyInstance>());
  }
}
