import { Inject } from '@nestjs/common';
import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { decisionId, streamOf } from '#contracts';
import { isDeliveryEvent, openableRails, ROLLBACK_ATTEMPTS_MAX, rollbackIdOf } from '#domain';
import type { CommandRow, DeliveryRow, FallbackRow, OverrideRow, RedirectRow, RollbackRow, RolloutRow } from '#store';
import type { Loaders } from '../loaders/loaders.js';
import { loadAll } from '../loaders/request-loaders.js';
import { stageGateViews } from '../stage-gates-query.js';
import { LOADERS } from '../tokens.js';
import { deliveryAnswer } from './delivery-answer.js';
import { First, firstOf } from './schema/nested.js';
import { CommandType, FallbackType, OverrideType, RedirectType, RollbackType } from './types/action.types.js';
import { AttemptType, DeliveryType } from './types/delivery.types.js';
import { IncidentType } from './types/incident.types.js';
import { RolloutType, StageGateType } from './types/rollout.types.js';

type Limit = number | null | undefined;

/** The attempts that there can be, in order. */
const ATTEMPTS = Array.from({ length: ROLLBACK_ATTEMPTS_MAX }, (_, n) => n + 1);

/** What belongs to a rollout. */
@Resolver(() => RolloutType)
export class RolloutFields {
  constructor(@Inject(LOADERS) private readonly loaders: Loaders) {}

  @ResolveField(() => RollbackType, { nullable: true, description: 'What took it back; null: nothing did.' })
  async rollback(@Parent() { rollbackId }: RolloutRow, @Context() context: object) {
    return rollbackId === null ? null : this.loaders.of(context).rollback(rollbackId);
  }

  /** By their ids, which follow from the rollout: what rails refused to a trigger does not name its rollout. */
  @ResolveField(() => [RollbackType], {
    description: 'Every attempt to take it back, refused ones too, the newest first.',
  })
  async rollbacks(@Parent() rollout: RolloutRow, @Context() context: object, @First first: Limit) {
    const ids = ATTEMPTS.map((attempt) => rollbackIdOf(rollout, decisionId, attempt));
    const known = await loadAll(this.loaders.of(context).rollback, ids);
    return firstOf(known.toReversed(), first);
  }

  @ResolveField(() => [StageGateType], {
    description: 'The gates of the stages that it reached, the newest first, with what each rests on.',
  })
  async gates(@Parent() { rolloutId }: RolloutRow, @Context() context: object, @First first: Limit) {
    return firstOf(stageGateViews(await this.loaders.of(context).gateEventsOf(rolloutId)), first);
  }
}

/** What belongs to a rollback. */
@Resolver(() => RollbackType)
export class RollbackFields {
  constructor(@Inject(LOADERS) private readonly loaders: Loaders) {}

  @ResolveField(() => IncidentType, { nullable: true, description: 'For which incident; null: nothing was decided.' })
  async incident(@Parent() { incidentId }: RollbackRow, @Context() context: object) {
    return incidentId === null ? null : this.loaders.of(context).incident(incidentId);
  }

  @ResolveField(() => RolloutType, { nullable: true, description: 'What it takes back.' })
  async rollout(@Parent() { rolloutId }: RollbackRow, @Context() context: object) {
    return rolloutId === null ? null : this.loaders.of(context).rollout(rolloutId);
  }

  @ResolveField(() => [String], {
    description: 'Rails that refused it since it was asked for last, and that three people can open.',
  })
  openableRails(@Parent() { status, request, approval, refusals }: RollbackRow) {
    const since = Math.max(request?.at ?? 0, approval?.at ?? 0);
    return status === 'refused' ? openableRails(refusals, since) : [];
  }

  @ResolveField(() => [CommandType], { description: 'The commands of its waves.' })
  commands(@Parent() { waves }: RollbackRow, @Context() context: object, @First first: Limit) {
    const ids = waves.flatMap(({ commandId }) => commandId ?? []);
    return loadAll(this.loaders.of(context).command, firstOf(ids, first));
  }

  @ResolveField(() => [OverrideType], { description: 'What was asked of three people for it, newest first.' })
  async overrides(@Parent() { rollbackId }: RollbackRow, @Context() context: object, @First first: Limit) {
    return firstOf(await this.loaders.of(context).overridesOf(rollbackId), first);
  }
}

/** What belongs to a redirect. */
@Resolver(() => RedirectType)
export class RedirectFields {
  constructor(@Inject(LOADERS) private readonly loaders: Loaders) {}

  @ResolveField(() => IncidentType, { nullable: true, description: 'For which incident.' })
  incident(@Parent() { incidentId }: RedirectRow, @Context() context: object) {
    return this.loaders.of(context).incident(incidentId);
  }
}

/** What belongs to a command. */
@Resolver(() => CommandType)
export class CommandFields {
  constructor(@Inject(LOADERS) private readonly loaders: Loaders) {}

  @ResolveField(() => [DeliveryType], { description: 'How it left, newest first.' })
  async deliveries(@Parent() { commandId }: CommandRow, @Context() context: object, @First first: Limit) {
    return firstOf(await this.loaders.of(context).deliveriesUnder(commandId), first).map(deliveryAnswer);
  }
}

/** What belongs to an override. */
@Resolver(() => OverrideType)
export class OverrideFields {
  constructor(@Inject(LOADERS) private readonly loaders: Loaders) {}

  @ResolveField(() => RollbackType, { nullable: true, description: 'What is asked for.' })
  rollback(@Parent() { rollbackId }: OverrideRow, @Context() context: object) {
    return this.loaders.of(context).rollback(rollbackId);
  }
}

/** What belongs to a fallback. */
@Resolver(() => FallbackType)
export class FallbackFields {
  constructor(@Inject(LOADERS) private readonly loaders: Loaders) {}

  @ResolveField(() => IncidentType, { nullable: true, description: 'For which incident.' })
  incident(@Parent() { incidentId }: FallbackRow, @Context() context: object) {
    return this.loaders.of(context).incident(incidentId);
  }
}

/** What belongs to a delivery. */
@Resolver(() => DeliveryType)
export class DeliveryFields {
  constructor(@Inject(LOADERS) private readonly loaders: Loaders) {}

  @ResolveField(() => [AttemptType], { description: 'Each attempt, in order.' })
  async attempts(@Parent() { deliveryId }: DeliveryRow, @Context() context: object, @First first: Limit) {
    const read = await this.loaders.of(context).stream(streamOf.delivery(deliveryId));
    const attempts = (read?.events ?? []).flatMap(({ event }) =>
      isDeliveryEvent(event) && event.type === 'DeliveryAttempted' ? [event.data] : [],
    );
    return firstOf(attempts, first);
  }
}
