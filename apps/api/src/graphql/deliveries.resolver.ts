import { Inject } from '@nestjs/common';
import { Context, Mutation, Query, Resolver } from '@nestjs/graphql';
import { isRefusal, newDrillSchema, type Principal, refuse } from '#contracts';
import { accepted, Caller, Needs, readQuery } from '#runtime';
import type { Actions } from '../actions.js';
import { commented, deliveryQuery, plainListQuery, maybeCommented } from '../list-query.js';
import type { Loaders } from '../loaders/loaders.js';
import type { Queries } from '../queries.js';
import { ACTIONS, LOADERS, QUERIES } from '../tokens.js';
import { deliveryAnswer } from './delivery-answer.js';
import * as inputs from './inputs.js';
import { ChannelPayload, ChannelTestPayload, DeliveryPayload, DrillPayload, SilencePayload } from './payloads.js';
import { connectionOf, given, listArgs, type PageArgs, pageOfRows } from './schema/connection.js';
import { Arg, Asked, Input, many, maybe, one, rawId, text } from './schema/define.js';
import { found } from './schema/nested.js';
import { mutate, type MutationInput } from './schema/payload.js';
import { type SilenceAsked, silenceAskedSchema, silenceOf } from './silence-asked.js';
import {
  ChannelConnection,
  DeadLetterConnection,
  DeliveryConnection,
  DeliveryType,
  DrillConnection,
  MaintenanceConnection,
  MaintenanceWindowType,
  SilenceConnection,
  SilenceType,
} from './types/delivery.types.js';
import * as words from './types/words.js';

const DeliveriesArgs = listArgs('DeliveriesArgs', {
  status: maybe(many(one(() => words.DeliveryStatus, 'In one of these states; any unless told.'))),
  dedupKey: maybe(text('Under this key.')),
  channel: maybe(text('Through this channel.')),
  incidentId: maybe(rawId('Of this incident.')),
});
const PlainArgs = listArgs('PlainArgs');

type Of<K extends string, T = string> = MutationInput & Readonly<Record<K, T>>;

/** What went out, through what, what pages nobody, and whether pages arrive. */
@Resolver()
@Needs('view')
export class DeliveriesResolver {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
    @Inject(LOADERS) private readonly loaders: Loaders,
  ) {}

  @Query(() => DeliveryConnection, { description: 'What went out, newest first.' })
  async deliveries(@Asked(DeliveriesArgs) args: PageArgs) {
    const { status, ...ask } = accepted(readQuery(deliveryQuery, given({ ...args })));
    return connectionOf(await this.queries.ledger({ statuses: status, ...ask }), args);
  }

  @Query(() => DeliveryType, { nullable: true, description: 'One delivery.' })
  async delivery(@Arg('deliveryId', rawId('The delivery.')) deliveryId: string, @Context() context: object) {
    return deliveryAnswer(found(await this.loaders.of(context).delivery(deliveryId), `delivery ${deliveryId}`));
  }

  @Query(() => ChannelConnection, { description: 'Ways out, by name.' })
  async channels(@Asked(PlainArgs) args: PageArgs) {
    const { limit } = accepted(readQuery(plainListQuery, given({ ...args })));
    return connectionOf(
      pageOfRows('channels', await this.queries.channels(), ({ name }) => name, { ...args, first: limit }),
      args,
    );
  }

  @Query(() => DeadLetterConnection, { description: 'Records that could not be read, newest first.' })
  async deadLetters(@Asked(PlainArgs) args: PageArgs) {
    const ask = accepted(readQuery(plainListQuery, given({ ...args })));
    return connectionOf(accepted(await this.queries.deadLetters(ask)).page, args);
  }

  @Query(() => DrillConnection, { description: 'Fire drills, newest first.' })
  async drills(@Asked(PlainArgs) args: PageArgs) {
    const ask = accepted(readQuery(plainListQuery, given({ ...args })));
    return connectionOf(await this.queries.drills(ask), args);
  }

  @Query(() => SilenceConnection, { description: 'Silences: those that are not over first, then the latest.' })
  async silences(@Asked(PlainArgs) args: PageArgs) {
    const ask = accepted(readQuery(plainListQuery, given({ ...args })));
    return connectionOf(await this.queries.silences(ask), args);
  }

  @Query(() => SilenceType, { nullable: true, description: 'One silence.' })
  async silence(@Arg('silenceId', rawId('The silence.')) silenceId: string, @Context() context: object) {
    const row = found(await this.loaders.of(context).silence(silenceId), `silence ${silenceId}`);
    return this.queries.silenceNow(row);
  }

  @Query(() => [MaintenanceWindowType], { description: 'Announced work of the rules, with when it is open next.' })
  async maintenanceWindows() {
    return accepted(await this.queries.maintenance({ limit: 1 })).windows;
  }

  @Query(() => MaintenanceConnection, { description: 'Occurrences of maintenance, newest first.' })
  async maintenance(@Asked(PlainArgs) args: PageArgs) {
    const ask = accepted(readQuery(plainListQuery, given({ ...args })));
    return connectionOf(accepted(await this.queries.maintenance(ask)).page, args);
  }

  @Mutation(() => DeliveryPayload, { description: 'Sends again what was given up.' })
  @Needs('operate')
  retryDelivery(
    @Caller() caller: Principal,
    @Input(inputs.RetryDeliveryInput) input: Of<'deliveryId'>,
    @Context() context: object,
  ) {
    const { deliveryId } = input;
    return mutate({ input, caller, as: 'delivery', without: ['deliveryId'] }, maybeCommented, async (_nothing, by) => {
      const done = await this.actions.retryDelivery(deliveryId, by);
      if (isRefusal(done)) return done;
      const row = await this.loaders.of(context).delivery(deliveryId);
      return row === undefined ? refuse('NOT_FOUND', `there is no delivery ${deliveryId}`) : deliveryAnswer(row);
    });
  }

  @Mutation(() => ChannelTestPayload, { description: 'Sends a page that says that it is a test, and its end.' })
  @Needs('operate')
  testChannel(@Caller() caller: Principal, @Input(inputs.TestChannelInput) input: Of<'name'>) {
    return mutate({ input, caller, without: ['name'] }, maybeCommented, (_nothing, by) =>
      this.actions.testChannel(input.name, by),
    );
  }

  @Mutation(() => ChannelPayload, { description: 'Lets a channel send again.' })
  @Needs('operate')
  enableChannel(@Caller() caller: Principal, @Input(inputs.EnableChannelInput) input: Of<'name'>) {
    return mutate({ input, caller, as: 'channel', without: ['name'] }, commented, (_nothing, by) =>
      this.actions.enableChannel(input.name, by),
    );
  }

  @Mutation(() => DrillPayload, { description: 'Begins a fire drill.' })
  @Needs('operate')
  beginDrill(@Caller() caller: Principal, @Input(inputs.BeginDrillInput) input: MutationInput) {
    return mutate({ input: { ...input }, caller, as: 'drill' }, newDrillSchema, (wanted, by) =>
      this.actions.beginDrill(wanted, by),
    );
  }

  @Mutation(() => SilencePayload, { description: 'Sets a silence.' })
  @Needs('operate')
  addSilence(@Caller() caller: Principal, @Input(inputs.AddSilenceInput) asked: MutationInput & SilenceAsked) {
    return mutate({ input: silenceOf(asked), caller, as: 'silence' }, silenceAskedSchema, (wanted, by) =>
      this.actions.addSilence(wanted, by),
    );
  }

  @Mutation(() => SilencePayload, { description: 'Ends a silence early.' })
  @Needs('operate')
  expireSilence(@Caller() caller: Principal, @Input(inputs.ExpireSilenceInput) input: Of<'silenceId'>) {
    return mutate({ input, caller, as: 'silence', without: ['silenceId'] }, maybeCommented, (_nothing, by) =>
      this.actions.expireSilence(input.silenceId, by),
    );
  }
}
