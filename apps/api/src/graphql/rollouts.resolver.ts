import { Inject } from '@nestjs/common';
import { Context, Query, Resolver } from '@nestjs/graphql';
import { accepted, Needs, readQuery } from '#runtime';
import {
  commandQuery,
  fallbackQuery,
  gateQuery,
  overrideQuery,
  plainListQuery,
  redirectQuery,
  rollbackQuery,
  rolloutQuery,
} from '../list-query.js';
import type { Loaders } from '../loaders/loaders.js';
import type { Queries } from '../queries.js';
import { LOADERS, QUERIES } from '../tokens.js';
import { connectionOf, given, listArgs, type PageArgs } from './schema/connection.js';
import { Arg, Asked, many, maybe, one, rawId, text, withoutNulls } from './schema/define.js';
import { found } from './schema/nested.js';
import {
  CommandConnection,
  CommandType,
  FallbackConnection,
  OverrideConnection,
  OverrideType,
  RedirectConnection,
  RedirectType,
  RollbackConnection,
  RollbackType,
} from './types/action.types.js';
import { AutomationType, BreakerConnection, KnownReleaseConnection } from './types/automation.types.js';
import { ApprovalType, GateType, RolloutConnection, RolloutType } from './types/rollout.types.js';
import * as words from './types/words.js';

const incidentId = maybe(rawId('Of this incident.'));
const statuses = (type: () => unknown) => maybe(many(one(type, 'In one of these states; any unless told.')));
const RolloutsArgs = listArgs('RolloutsArgs', { status: statuses(() => words.RolloutStatus) });
const RollbacksArgs = listArgs('RollbacksArgs', { status: statuses(() => words.RollbackStatus), incidentId });
const RedirectsArgs = listArgs('RedirectsArgs', { status: statuses(() => words.RedirectStatus), incidentId });
const CommandsArgs = listArgs('CommandsArgs', { status: statuses(() => words.CommandStatus) });
const OverridesArgs = listArgs('OverridesArgs', {
  status: statuses(() => words.OverrideStatus),
  rollbackId: maybe(rawId('Of this rollback.')),
});
const FallbacksArgs = listArgs('FallbacksArgs', { status: statuses(() => words.FallbackStatus), incidentId });
const PlainArgs = listArgs('PlainListArgs');
const ROLLOUT_ID = Arg('rolloutId', rawId('The rollout.'));
const STAGE = Arg('stage', maybe(text('May this one begin; the next unless told.')));

/** Rollouts and what is done to the fleet, and what people allow. */
@Resolver()
@Needs('view')
export class RolloutsResolver {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(LOADERS) private readonly loaders: Loaders,
  ) {}

  @Query(() => RolloutConnection, { description: 'Rollouts, newest first.' })
  async rollouts(@Asked(RolloutsArgs) args: PageArgs) {
    const { status, ...ask } = accepted(readQuery(rolloutQuery, given({ ...args })));
    return connectionOf(await this.queries.rollouts({ statuses: status, ...ask }), args);
  }

  @Query(() => RolloutType, { nullable: true, description: 'One rollout.' })
  async rollout(@ROLLOUT_ID rolloutId: string, @Context() context: object) {
    return found(await this.loaders.of(context).rollout(rolloutId), `rollout ${rolloutId}`);
  }

  @Query(() => GateType, { nullable: true, description: 'Whether a stage may begin: what a deploy tool polls.' })
  @Needs('ask_gate')
  async gate(@ROLLOUT_ID rolloutId: string, @STAGE stage?: string | null) {
    const asked = accepted(readQuery(gateQuery, withoutNulls({ stage })));
    return accepted(await this.queries.gate(rolloutId, asked.stage));
  }

  @Query(() => [ApprovalType], { description: 'What waits for a person, the longest first, with who may say yes.' })
  approvals() {
    return this.queries.approvals();
  }

  @Query(() => RollbackConnection, { description: 'Rollbacks, newest first.' })
  async rollbacks(@Asked(RollbacksArgs) args: PageArgs) {
    const { status, ...ask } = accepted(readQuery(rollbackQuery, given({ ...args })));
    return connectionOf(await this.queries.rollbacks({ statuses: status, ...ask }), args);
  }

  @Query(() => RollbackType, { nullable: true, description: 'One rollback.' })
  async rollback(@Arg('rollbackId', rawId('The rollback.')) rollbackId: string, @Context() context: object) {
    return found(await this.loaders.of(context).rollback(rollbackId), `rollback ${rollbackId}`);
  }

  @Query(() => RedirectConnection, { description: 'Redirects, newest first.' })
  async redirects(@Asked(RedirectsArgs) args: PageArgs) {
    const { status, ...ask } = accepted(readQuery(redirectQuery, given({ ...args })));
    return connectionOf(await this.queries.redirects({ statuses: status, ...ask }), args);
  }

  @Query(() => RedirectType, { nullable: true, description: 'One redirect.' })
  async redirect(@Arg('redirectId', rawId('The redirect.')) redirectId: string, @Context() context: object) {
    return found(await this.loaders.of(context).redirect(redirectId), `redirect ${redirectId}`);
  }

  @Query(() => CommandConnection, { description: 'Commands, newest first.' })
  async commands(@Asked(CommandsArgs) args: PageArgs) {
    const { status, ...ask } = accepted(readQuery(commandQuery, given({ ...args })));
    return connectionOf(await this.queries.commands({ statuses: status, ...ask }), args);
  }

  @Query(() => CommandType, { nullable: true, description: 'One command.' })
  async command(@Arg('commandId', rawId('The command.')) commandId: string, @Context() context: object) {
    return found(await this.loaders.of(context).command(commandId), `command ${commandId}`);
  }

  @Query(() => OverrideConnection, { description: 'Overrides, newest first.' })
  async overrides(@Asked(OverridesArgs) args: PageArgs) {
    const { status, ...ask } = accepted(readQuery(overrideQuery, given({ ...args })));
    return connectionOf(await this.queries.overrides({ statuses: status, ...ask }), args);
  }

  @Query(() => OverrideType, { nullable: true, description: 'One override.' })
  async override(@Arg('overrideId', rawId('The override.')) overrideId: string, @Context() context: object) {
    return found(await this.loaders.of(context).override(overrideId), `override ${overrideId}`);
  }

  @Query(() => FallbackConnection, { description: 'Fallbacks, newest first.' })
  async fallbacks(@Asked(FallbacksArgs) args: PageArgs) {
    const { status, ...ask } = accepted(readQuery(fallbackQuery, given({ ...args })));
    return connectionOf(await this.queries.fallbacks({ statuses: status, ...ask }), args);
  }

  @Query(() => BreakerConnection, { description: 'Circuit breakers, those that are not closed first.' })
  async breakers(@Asked(PlainArgs) args: PageArgs) {
    const ask = accepted(readQuery(plainListQuery, given({ ...args })));
    return connectionOf(await this.queries.breakers(ask), args);
  }

  @Query(() => KnownReleaseConnection, { description: 'Releases, those in quarantine first.' })
  async releases(@Asked(PlainArgs) args: PageArgs) {
    const ask = accepted(readQuery(plainListQuery, given({ ...args })));
    return connectionOf(await this.queries.releases(ask), args);
  }

  @Query(() => AutomationType, { description: 'What Tocsin may do by itself.' })
  automation() {
    return this.queries.automation();
  }
}
