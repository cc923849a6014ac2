import { Inject, type Type } from '@nestjs/common';
import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { accepted } from '#runtime';
import type {
  AlertRow,
  CommandRow,
  DeliveryRow,
  FallbackRow,
  IncidentRow,
  OverrideRow,
  RedirectRow,
  RollbackRow,
  RolloutRow,
  StatusUpdateRow,
} from '#store';
import { readChain } from '../explain/explain.js';
import type { ExplainedKind } from '../explain/explanation.js';
import type { Loaders } from '../loaders/loaders.js';
import { LOADERS } from '../tokens.js';
import type { SchemaType } from './schema/define.js';
import { First, firstOf } from './schema/nested.js';
import { CommandType, FallbackType, OverrideType, RedirectType, RollbackType } from './types/action.types.js';
import { DeliveryType } from './types/delivery.types.js';
import { ExplainedStepType } from './types/explain.types.js';
import { AlertType, IncidentType } from './types/incident.types.js';
import { StatusUpdateType } from './types/report.types.js';
import { RolloutType } from './types/rollout.types.js';

/** Why a thing is as it is, as a field of its type: the chain of `explain`, read beside the chains of the others of a page. */
const whyOf = <Row>(type: SchemaType, kind: ExplainedKind, idOf: (row: Row) => string): Type => {
  @Resolver(() => type)
  class WhyField {
    constructor(@Inject(LOADERS) private readonly loaders: Loaders) {}

    @ResolveField(() => [ExplainedStepType], {
      description: 'Why it is as it is: the events that led to it, in the one order; the first of them.',
    })
    async why(@Parent() row: Row, @Context() context: object, @First first: number | null | undefined) {
      const { steps } = accepted(await readChain(this.loaders.of(context), kind, idOf(row)));
      return firstOf(steps, first);
    }
  }
  return WhyField;
};

/** `why` on every type that is a decision, or what became of one. */
export const WHY_FIELDS: readonly Type[] = [
  whyOf(AlertType, 'alert', ({ alertId }: AlertRow) => alertId),
  whyOf(IncidentType, 'incident', ({ incidentId }: IncidentRow) => incidentId),
  whyOf(DeliveryType, 'delivery', ({ deliveryId }: DeliveryRow) => deliveryId),
  whyOf(CommandType, 'command', ({ commandId }: CommandRow) => commandId),
  whyOf(RollbackType, 'rollback', ({ rollbackId }: RollbackRow) => rollbackId),
  whyOf(RedirectType, 'redirect', ({ redirectId }: RedirectRow) => redirectId),
  whyOf(RolloutType, 'rollout', ({ rolloutId }: RolloutRow) => rolloutId),
  whyOf(OverrideType, 'override', ({ overrideId }: OverrideRow) => overrideId),
  whyOf(FallbackType, 'fallback', ({ fallbackId }: FallbackRow) => fallbackId),
  whyOf(StatusUpdateType, 'status_update', ({ incidentId, n }: StatusUpdateRow) => `${incidentId}/${n}`),
];
