import type { Server } from 'node:http';
import { type DynamicModule, Inject, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import type { CostModel } from '#contracts';
import {
  AUTHENTICATOR,
  CATALOGUE,
  CLOCK,
  DATABASE,
  DOOR,
  EVENT_LOG,
  EVENT_STORE,
  type Infrastructure,
  LINKS,
  LOGGER,
  NODE_KEYS,
  Opens,
  RATES,
  type Rates,
  READ_DATABASE,
} from '#runtime';
import { createManyReads } from '#store';
import { type Actions, createActions } from './actions.js';
import { type AuditDoor, createAuditDoor } from './audit/audit-door.js';
import { Backtests } from './backtest/backtests.js';
import { ConsoleDoor } from './console/console-door.js';
import { SignInController } from './console/sign-in.controller.js';
import { EventFeed } from './event-feed.js';
import { ApiMeters } from './api-meters.provider.js';
import { graphqlModule, type GraphqlSettings } from './graphql/graphql.module.js';
import { GRAPHQL_RESOLVERS } from './graphql/resolvers.js';
import { Followers } from './live/followers.js';
import { StreamController } from './live/stream.controller.js';
import { SubscriptionDoor } from './live/subscription-door.js';
import { Loaders } from './loaders/loaders.js';
import { createQueries, type Queries } from './queries.js';
import { ActController } from './replies/act.controller.js';
import { CallbacksController } from './replies/callbacks.controller.js';
import { createReplyActs } from './replies/reply-acts.js';
import type { ReplySettings } from './replies/reply.config.js';
import { ApprovalsController } from './rest/approvals.controller.js';
import { AuditController } from './rest/audit.controller.js';
import { AutomationController } from './rest/automation.controller.js';
import { BacktestsController } from './rest/backtests.controller.js';
import { BreakersController } from './rest/breakers.controller.js';
import { CommandsController } from './rest/commands.controller.js';
import { DeliveriesController } from './rest/deliveries.controller.js';
import { DrillsController } from './rest/drills.controller.js';
import { EventsController } from './rest/events.controller.js';
import { ExplainController } from './rest/explain.controller.js';
import { FallbacksController } from './rest/fallbacks.controller.js';
import { FleetController } from './rest/fleet.controller.js';
import { ImpactController } from './rest/impact.controller.js';
import { IncidentsController } from './rest/incidents.controller.js';
import { InventoryController } from './rest/inventory.controller.js';
import { KeysController } from './rest/keys.controller.js';
import { NodeKeysController } from './rest/node-keys.controller.js';
import { OnCallController } from './rest/on-call.controller.js';
import { QuietController } from './rest/quiet.controller.js';
import { RedirectsController } from './rest/redirects.controller.js';
import { ReleasesController } from './rest/releases.controller.js';
import { ReportsController } from './rest/reports.controller.js';
import { RollbacksController } from './rest/rollbacks.controller.js';
import { RolloutsController } from './rest/rollouts.controller.js';
import { RulesController } from './rest/rules.controller.js';
import {
  ACTIONS,
  AUDIT,
  BACKTESTS,
  EVENT_FEED,
  FOLLOWERS,
  LOADERS,
  QUERIES,
  REPLY_ACTS,
  REPLY_SETTINGS,
  SUBSCRIPTION_DOOR,
} from './tokens.js';

type Part<K extends keyof Infrastructure> = Infrastructure[K];

const queriesWith = (costModel: CostModel) => ({
  provide: QUERIES,
  inject: [READ_DATABASE, CATALOGUE, CLOCK],
  useFactory: (database: Part<'database'>, catalogue: Part<'catalogue'>, clock: Part<'clock'>) =>
    createQueries({ database, catalogue, clock, costModel }),
});
const actions = {
  provide: ACTIONS,
  inject: [DATABASE, EVENT_STORE, EVENT_LOG, CATALOGUE, NODE_KEYS, CLOCK],
  useFactory: (
    database: Part<'database'>,
    eventStore: Part<'eventStore'>,
    eventLog: Part<'eventLog'>,
    catalogue: Part<'catalogue'>,
    nodeKeys: Part<'nodeKeys'>,
    clock: Part<'clock'>,
  ) => createActions({ database, eventStore, eventLog, catalogue, nodeKeys, clock }),
};
const replies = {
  provide: REPLY_ACTS,
  inject: [ACTIONS, QUERIES, EVENT_STORE, CATALOGUE, CLOCK],
  useFactory: (
    acts: Actions,
    queries: Queries,
    eventStore: Part<'eventStore'>,
    catalogue: Part<'catalogue'>,
    clock: Part<'clock'>,
  ) => createReplyActs({ actions: acts, queries, eventStore, catalogue, clock }),
};
const loaders = {
  provide: LOADERS,
  inject: [READ_DATABASE],
  useFactory: (database: Part<'database'>) => new Loaders(createManyReads(database)),
};
const audit = {
  provide: AUDIT,
  inject: [DATABASE, READ_DATABASE, EVENT_STORE, EVENT_LOG, CLOCK, LOGGER],
  useFactory: (
    database: Part<'database'>,
    readDatabase: Part<'readDatabase'>,
    store: Part<'eventStore'>,
    eventLog: Part<'eventLog'>,
    clock: Part<'clock'>,
    logger: Part<'logger'>,
  ) => createAuditDoor({ database, readDatabase, store, eventLog, clock, logger }),
};
const backtests = {
  provide: BACKTESTS,
  inject: [DATABASE, EVENT_LOG, CLOCK, LOGGER],
  useFactory: (database: Part<'database'>, eventLog: Part<'eventLog'>, clock: Part<'clock'>, logger: Part<'logger'>) =>
    new Backtests({ database, eventLog, clock, logger }),
};
const feed = {
  provide: EVENT_FEED,
  inject: [EVENT_STORE, CLOCK, LOGGER],
  useFactory: (store: Part<'eventStore'>, clock: Part<'clock'>, logger: Part<'logger'>) =>
    new EventFeed(store, clock, (error) => logger.warn({ err: error }, 'the event feed cannot look')),
};
const followers = {
  provide: FOLLOWERS,
  inject: [AUTHENTICATOR, CLOCK],
  useFactory: (authenticator: Part<'authenticator'>, clock: Part<'clock'>) => new Followers(authenticator, clock),
};
const subscriptions = {
  provide: SUBSCRIPTION_DOOR,
  inject: [GraphQLSchemaHost, FOLLOWERS, AUTHENTICATOR, CLOCK, LOGGER, LINKS, DOOR, RATES],
  useFactory: (
    host: GraphQLSchemaHost,
    live: Followers,
    authenticator: Part<'authenticator'>,
    clock: Part<'clock'>,
    logger: Part<'logger'>,
    { publicUrl }: Part<'links'>,
    { corsOrigins, trustedProxies }: Part<'door'>,
    rates: Rates,
  ) => {
    const origins = new Set([...corsOrigins, ...(publicUrl === undefined ? [] : [publicUrl.origin])]);
    const parts = { followers: live, rates, authenticator, clock, logger, origins, trustedProxies };
    return new SubscriptionDoor({ ...parts, schema: () => host.schema });
  },
};

/** The people's door. Mercurius registers its two routes past Nest; the door of GraphQL asks there. */
@Opens({ 'GET /graphql': 'view', 'POST /graphql': 'view' })
@Module({})
export class ApiModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    @Inject(EVENT_FEED) private readonly eventFeed: EventFeed,
    @Inject(FOLLOWERS) private readonly live: Followers,
    @Inject(AUDIT) private readonly audit: AuditDoor,
    @Inject(BACKTESTS) private readonly backtests: Backtests,
    @Inject(SUBSCRIPTION_DOOR) private readonly subscriptionDoor: SubscriptionDoor,
    @Inject(HttpAdapterHost) private readonly http: HttpAdapterHost,
  ) {}

  static of(costModel: CostModel, replySettings: ReplySettings, graphql: GraphqlSettings): DynamicModule {
    return {
      module: ApiModule,
      imports: [graphqlModule(graphql)],
      controllers: [
        ActController,
        CallbacksController,
        ApprovalsController,
        AuditController,
        AutomationController,
        BacktestsController,
        BreakersController,
        CommandsController,
        DeliveriesController,
        DrillsController,
        EventsController,
        ExplainController,
        FallbacksController,
        FleetController,
        ImpactController,
        IncidentsController,
        InventoryController,
        KeysController,
        NodeKeysController,
        OnCallController,
        QuietController,
        RedirectsController,
        ReleasesController,
        ReportsController,
        RollbacksController,
        RolloutsController,
        RulesController,
        SignInController,
        StreamController,
      ],
      providers: [
        queriesWith(costModel),
        actions,
        audit,
        backtests,
        feed,
        followers,
        subscriptions,
        replies,
        loaders,
        { provide: REPLY_SETTINGS, useValue: replySettings },
        ApiMeters,
        ConsoleDoor,
        ...GRAPHQL_RESOLVERS,
      ],
    };
  }

  onApplicationBootstrap(): void {
    this.subscriptionDoor.attach(this.http.httpAdapter.getHttpServer() as Server);
  }

  /** Before the server waits for its last requests: whoever waits for an event, or follows, is let go. */
  async onModuleDestroy(): Promise<void> {
    await this.live.stop();
    await this.audit.verifications.stop();
    await this.backtests.stop();
    await this.subscriptionDoor.stop();
    await this.eventFeed.stop();
  }
}
