import { flag, many, objectType, one, rawId, text, whole } from './schema/define.js';
import { payloadType } from './schema/payload.js';
import { OverrideType, RedirectType, RollbackType } from './types/action.types.js';
import { VerificationType } from './types/audit.types.js';
import { AutomationType, KnownReleaseType } from './types/automation.types.js';
import { BacktestType } from './types/backtest.types.js';
import { ChannelType, DeliveryType, DrillType, SilenceType } from './types/delivery.types.js';
import { AlertType, IncidentType } from './types/incident.types.js';
import { NewKeyType, NewNodeKeyType } from './types/key.types.js';
import { FindingType, OverriddenScheduleType, PlanOriginType } from './types/on-call.types.js';
import { RunbookType, StatusUpdateType } from './types/report.types.js';
import { RolloutType } from './types/rollout.types.js';

const THEN = 'As it is then.';

/** What mutations of `Alert` answer. */
export const AlertPayload = payloadType('Alert', { alert: one(() => AlertType, THEN) });
/** What mutations of `Incident` answer. */
export const IncidentPayload = payloadType('Incident', { incident: one(() => IncidentType, THEN) });
/** What mutations of `Rollout` answer. */
export const RolloutPayload = payloadType('Rollout', { rollout: one(() => RolloutType, THEN) });
/** What mutations of `Rollback` answer. */
export const RollbackPayload = payloadType('Rollback', { rollback: one(() => RollbackType, THEN) });
/** What mutations of `Override` answer. */
export const OverridePayload = payloadType('Override', { override: one(() => OverrideType, THEN) });
/** What mutations of `Redirect` answer. */
export const RedirectPayload = payloadType('Redirect', { redirect: one(() => RedirectType, THEN) });
/** What mutations of `KnownRelease` answer. */
export const KnownReleasePayload = payloadType('KnownRelease', { release: one(() => KnownReleaseType, THEN) });
/** What mutations of `Automation` answer. */
export const AutomationPayload = payloadType('Automation', { automation: one(() => AutomationType, THEN) });
/** What mutations of `Silence` answer. */
export const SilencePayload = payloadType('Silence', { silence: one(() => SilenceType, THEN) });
/** What mutations of `Delivery` answer. */
export const DeliveryPayload = payloadType('Delivery', { delivery: one(() => DeliveryType, THEN) });
/** What mutations of `Channel` answer. */
export const ChannelPayload = payloadType('Channel', { channel: one(() => ChannelType, THEN) });
/** What mutations of `ChannelTest` answer. */
export const ChannelTestPayload = payloadType('ChannelTest', {
  dedupKey: text('Under which the page that says that it is a test, and its end, are sent.'),
});
/** What mutations of `Drill` answer. */
export const DrillPayload = payloadType('Drill', { drill: one(() => DrillType, THEN) });
/** What mutations of `StatusUpdate` answer. */
export const StatusUpdatePayload = payloadType('StatusUpdate', { statusUpdate: one(() => StatusUpdateType, THEN) });
/** What mutations of `Runbook` answer. */
export const RunbookPayload = payloadType('Runbook', { runbook: one(() => RunbookType, THEN) });
/** What mutations of `Verification` answer. */
export const VerificationPayload = payloadType('Verification', { verification: one(() => VerificationType, THEN) });
/** What mutations of `Backtest` answer. */
export const BacktestPayload = payloadType('Backtest', { backtest: one(() => BacktestType, THEN) });
/** What mutations of `Nodes` answer. */
export const NodesPayload = payloadType('Nodes', { registered: whole('How many were sent.') });

const RegisteredCustomerType = objectType(
  'RegisteredCustomer',
  { about: 'What a registration did, or would do, with one customer.' },
  { customerId: rawId('Its id.'), result: text('new, changed or unchanged.') },
);
/** What mutations of `Customers` answer. */
export const CustomersPayload = payloadType('Customers', {
  results: many(one(() => RegisteredCustomerType, 'Of each, in the order in which they were sent.')),
});
/** What mutations of `NewKey` answer. */
export const NewKeyPayload = payloadType('NewKey', { key: one(() => NewKeyType, 'Shown once.') });
/** What mutations of `NewNodeKey` answer. */
export const NewNodeKeyPayload = payloadType('NewNodeKey', { nodeKey: one(() => NewNodeKeyType, 'Shown once.') });
/** What mutations of `RevokedKey` answer. */
export const RevokedKeyPayload = payloadType('RevokedKey', { keyId: rawId('What is refused from now on.') });
/** What mutations of `Reload` answer. */
export const ReloadPayload = payloadType('Reload', {
  isAsked: flag('Whoever holds the files was told; a moment later a query says what became of it.'),
});
/** What mutations of `OverriddenSchedule` answer. */
export const OverriddenSchedulePayload = payloadType('OverriddenSchedule', {
  schedule: one(() => OverriddenScheduleType, 'The override, and what it changes.'),
});
/** What mutations of `OnCallPlan` answer. */
export const OnCallPlanPayload = payloadType('OnCallPlan', {
  plan: one(() => PlanOriginType, 'What is in force now.'),
  warnings: many(one(() => FindingType, 'What may be meant otherwise.')),
});
/** What mutations of `OnCallCheck` answer. */
export const OnCallCheckPayload = payloadType('OnCallCheck', {
  errors: many(one(() => FindingType, 'Why it would not be loaded; empty: it would.')),
  warnings: many(one(() => FindingType, 'What may be meant otherwise.')),
});
