import { formatAlert, formatAlerts } from './alert-views.js';
import { formatAct, formatActs } from './audit-views.js';
import {
  formatApprovals,
  formatAutomation,
  formatBreakers,
  formatEffect,
  formatFallbacks,
  formatOverrides,
  formatPreview,
  formatReleases,
} from './authority-views.js';
import {
  formatChannel,
  formatChannels,
  formatDeliveries,
  formatDelivery,
  formatPages,
  formatTested,
} from './delivery-views.js';
import { formatDrills } from './drill-view.js';
import type { DoorView } from './door-arguments.js';
import {
  formatAsked,
  formatCommand,
  formatCommands,
  formatCustomers,
  formatNodes,
  formatRules,
  formatRuleSets,
} from './fleet-views.js';
import { formatGates } from './gate.js';
import { formatIncidents, formatTended } from './incident-views.js';
import { formatKey, formatKeys, formatNodeKeys, formatRevokedKey, formatRevokedNodeKey } from './key-views.js';
import { formatMaintenance, formatSilencePreview, formatSilences } from './quiet-views.js';
import { formatRunbook, formatStatusTexts, formatStatusUpdates } from './report-views.js';
import { formatRedirect, formatRedirects, formatRollback, formatRollbacks } from './rollback-views.js';
import { formatRollout, formatRollouts } from './rollout.js';

/** An answer, for people. */
export const formatDoor: Readonly<Record<DoorView, (answer: unknown) => readonly string[]>> = {
  rollouts: formatRollouts,
  rollout: formatRollout,
  preview: formatPreview,
  effect: formatEffect,
  gates: formatGates,
  rollback: formatRollback,
  rollbacks: formatRollbacks,
  releases: formatReleases,
  automation: formatAutomation,
  overrides: formatOverrides,
  approvals: formatApprovals,
  breakers: formatBreakers,
  fallbacks: formatFallbacks,
  redirect: formatRedirect,
  redirects: formatRedirects,
  deliveries: formatDeliveries,
  delivery: formatDelivery,
  pages: formatPages,
  channels: formatChannels,
  channel: formatChannel,
  tested: formatTested,
  'status-updates': formatStatusUpdates,
  'status-texts': formatStatusTexts,
  runbook: formatRunbook,
  drills: formatDrills,
  incident: formatTended,
  incidents: formatIncidents,
  alerts: formatAlerts,
  alert: formatAlert,
  silences: formatSilences,
  'silence-preview': formatSilencePreview,
  maintenance: formatMaintenance,
  keys: formatKeys,
  key: formatKey,
  'revoked-key': formatRevokedKey,
  'node-keys': formatNodeKeys,
  'revoked-node-key': formatRevokedNodeKey,
  nodes: formatNodes,
  customers: formatCustomers,
  commands: formatCommands,
  command: formatCommand,
  rules: formatRules,
  'rule-sets': formatRuleSets,
  asked: formatAsked,
  acts: formatActs,
  act: formatAct,
};
