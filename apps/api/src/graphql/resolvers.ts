import { LiveResolver } from '../live/live.resolver.js';
import * as action from './action.fields.js';
import { AuditResolver } from './audit.resolver.js';
import { AutomationActsResolver } from './automation-acts.resolver.js';
import { BacktestsResolver } from './backtests.resolver.js';
import { CallerResolver } from './caller.resolver.js';
import { DeliveriesResolver } from './deliveries.resolver.js';
import { EventsResolver } from './events.resolver.js';
import { FleetResolver } from './fleet.resolver.js';
import { AlertFields, IncidentFields } from './incident.fields.js';
import { IncidentActsResolver } from './incident-acts.resolver.js';
import { IncidentsResolver } from './incidents.resolver.js';
import { InventoryResolver } from './inventory.resolver.js';
import { NodeResolver } from './node.resolver.js';
import { OnCallResolver } from './on-call.resolver.js';
import { PreviewsResolver } from './previews.resolver.js';
import { ReadinessResolver } from './readiness.resolver.js';
import { ReportsResolver } from './reports.resolver.js';
import { RolloutActsResolver } from './rollout-acts.resolver.js';
import { RolloutsResolver } from './rollouts.resolver.js';
import { WHY_FIELDS } from './why.fields.js';

/** Every resolver of the schema: its queries, its mutations, its subscriptions, and the fields that are read beside a row. */
export const GRAPHQL_RESOLVERS = [
  AlertFields,
  IncidentFields,
  ...Object.values(action),
  ...WHY_FIELDS,
  AuditResolver,
  AutomationActsResolver,
  BacktestsResolver,
  CallerResolver,
  DeliveriesResolver,
  EventsResolver,
  FleetResolver,
  IncidentActsResolver,
  IncidentsResolver,
  InventoryResolver,
  LiveResolver,
  NodeResolver,
  OnCallResolver,
  PreviewsResolver,
  ReadinessResolver,
  ReportsResolver,
  RolloutActsResolver,
  RolloutsResolver,
];
