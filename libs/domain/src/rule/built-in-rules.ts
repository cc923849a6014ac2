import { AGENT_FAULT, TELEMETRY_FAULT, TRAFFIC_LOST } from '../presence/node-alerts.decide.js';
import { NODE_OUTAGE, NODE_SILENT } from '../presence/node-rules.js';
import { RESTART_LOOP } from '../presence/restart-loop.decide.js';
import { SILENT_SHARE } from '../presence/silent-share.decide.js';
import { TELEMETRY_LOST } from './telemetry-loss.decide.js';

/** Names under which alerts fire whatever rules are loaded: of presence and of lost telemetry. A silence or maintenance may name them. */
export const BUILT_IN_RULES: readonly string[] = [
  NODE_OUTAGE,
  NODE_SILENT,
  TELEMETRY_FAULT,
  AGENT_FAULT,
  TRAFFIC_LOST,
  RESTART_LOOP,
  SILENT_SHARE,
  TELEMETRY_LOST,
].map(({ name }) => name);
