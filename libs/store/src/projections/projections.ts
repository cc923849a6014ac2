import type { RecordedEvent } from '#contracts';
import type { Queryable } from '../database.js';
import { alertProjection } from './alert.projection.js';
import { apiKeyProjection } from './api-key.projection.js';
import { catalogueProjection } from './catalogue.projection.js';
import { commandProjection } from './command.projection.js';
import { deliveryProjection } from './delivery.projection.js';
import { customerEscalationProjection } from './customer-escalation.projection.js';
import { escalationProjection } from './escalation.projection.js';
import { incidentProjection } from './incident.projection.js';
import { nodeKeyProjection } from './node-key.projection.js';
import { onCallProjection } from './on-call.projection.js';
import type { Projection } from './projection.js';
import { quietProjection } from './quiet.projection.js';
import { redirectProjection } from './redirect.projection.js';
import { rollbackProjection } from './rollback.projection.js';
import { automationProjection } from './automation.projection.js';
import { breakerProjection } from './breaker.projection.js';
import { drillProjection } from './drill.projection.js';
import { fallbackProjection } from './fallback.projection.js';
import { overrideProjection } from './override.projection.js';
import { releaseProjection } from './release.projection.js';
import { rolloutStepsProjection } from './rollout-steps.projection.js';
import { ruleSetProjection } from './rule-set.projection.js';
import { rolloutProjection } from './rollout.projection.js';
import { postMortemProjection } from './post-mortem.projection.js';
import { statusUpdateProjection } from './status-update.projection.js';
import { spooledProjection } from './spooled.projection.js';
import { zoneRegistryProjection } from './zone-registry.projection.js';

/** Every projection. */
export const PROJECTIONS: readonly Projection[] = [
  alertProjection,
  incidentProjection,
  escalationProjection,
  quietProjection,
  rolloutProjection,
  rolloutStepsProjection,
  rollbackProjection,
  redirectProjection,
  commandProjection,
  deliveryProjection,
  catalogueProjection,
  zoneRegistryProjection,
  apiKeyProjection,
  nodeKeyProjection,
  ruleSetProjection,
  customerEscalationProjection,
  releaseProjection,
  automationProjection,
  overrideProjection,
  breakerProjection,
  fallbackProjection,
  onCallProjection,
  statusUpdateProjection,
  postMortemProjection,
  spooledProjection,
  drillProjection,
];

/** Every table that a rebuild empties and fills again. */
export const PROJECTION_TABLES: readonly string[] = PROJECTIONS.flatMap(({ tables }) => tables);

/** Applies events, in order, to every projection. */
export const project = async (
  tx: Queryable,
  events: readonly RecordedEvent[],
  projections: readonly Projection[] = PROJECTIONS,
): Promise<void> => {
  for (const recorded of events) for (const { apply } of projections) await apply(tx, recorded);
};
