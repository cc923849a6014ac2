import { EXTERNAL_OVERFLOW } from '../external-alert/external-alert.js';
import { ROLLOUT_GATE_OVERDUE } from '../gate/overdue-alerts.decide.js';
import { AGENT_FAULT, TELEMETRY_FAULT, TRAFFIC_LOST } from '../presence/node-alerts.decide.js';
import { NODE_OUTAGE, NODE_SILENT } from '../presence/node-rules.js';
import { RESTART_LOOP } from '../presence/restart-loop.decide.js';
import { SILENT_SHARE } from '../presence/silent-share.decide.js';
import { ROLLOUT_GATE } from '../rollout/gate-alert.decide.js';
import { ROLLBACK_REQUESTED } from '../rollout/requested-rollbacks.decide.js';
import { TELEMETRY_LOST } from './telemetry-loss.decide.js';

/**
 * Names under which alerts fire whatever rules are loaded: of presence, of lost telemetry, of gates, also of those that need a person, and of
 * rollbacks that people ask for, and of other systems. A silence or maintenance may name them.
 */
export const BUILT_IN_RULES: readonly string[] = [
  EXTERNAL_OVERFLOW,
  NODE_OUTAGE,
  NODE_SILENT,
  TELEMETRY_FAULT,
  AGENT_FAULT,
  TRAFFIC_LOST,
  RESTART_LOOP,
  SILENT_SHARE,
  TELEMETRY_LOST,
  ROLLOUT_GATE,
  ROLLOUT_GATE_OVERDUE,
  ROLLBACK_REQUESTED,
].map(({ name }) => name);
