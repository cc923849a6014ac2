import { z } from 'zod';
import {
  FALLBACK_PROVIDERS,
  FUTURE_US_MAX,
  isPermitted,
  type NodeReport,
  nodeReportSchema,
  type Principal,
  refuse,
  type Refusal,
  type Signal,
} from '#contracts';
import { type BatchCheck, refuseNode } from './check-batch.decide.js';

/** Most reports of one request: a collector sends a heartbeat of each of its nodes at once. */
const REPORTS_MAX = 1_000;

/** The body of a request with reports. */
export const reportsSchema = z.array(nodeReportSchema).min(1).max(REPORTS_MAX);

/** Reads the bytes of one report. */
export const readReport = (body: Uint8Array): NodeReport | Refusal => {
  try {
    const checked = nodeReportSchema.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
    if (checked.success) return checked.data;
    const issue = checked.error.issues[0];
    return refuse('BODY_INVALID', issue?.message ?? 'invalid', `/${(issue?.path ?? []).join('/')}`);
  } catch {
    return refuse('BODY_UNPARSABLE', 'not JSON');
  }
};

/** A deploy system answers for every node and says nothing else of it. */
const refuseKind = ({ type }: NodeReport, principal: Principal, at: string): Refusal | undefined =>
  type === 'answer' || isPermitted(principal, 'telemetry')
    ? undefined
    : refuse('PERMISSION_DENIED', `role ${principal.role} may send answers, not a ${type}`, at);

const PROVIDERS: ReadonlySet<string> = new Set(FALLBACK_PROVIDERS);

/** A provider is no node, and has no key of its own: who speaks for all answers for it. */
const isOfProvider = ({ type, nodeId }: NodeReport, { role }: Principal): boolean =>
  type === 'answer' && role !== 'node' && PROVIDERS.has(nodeId);

const refuseReport = (report: NodeReport, at: string, check: BatchCheck): Refusal | undefined => {
  const refuseSender = (): Refusal | undefined =>
    isOfProvider(report, check.principal) ? undefined : refuseNode(report.nodeId, check, `${at}/nodeId`);
  const refusal = refuseKind(report, check.principal, at) ?? refuseSender();
  if (refusal !== undefined) return refusal;
  const aheadUs = report.atUs - check.nowMs * 1_000;
  if (aheadUs <= FUTURE_US_MAX) return undefined;
  return refuse('TIME_IN_FUTURE', `${aheadUs} us ahead of receive time: at most ${FUTURE_US_MAX}`, `${at}/atUs`);
};

/** The first report that is not taken; undefined when all are. A request is taken whole or not at all. */
export const refuseReports = (reports: readonly NodeReport[], check: BatchCheck): Refusal | undefined => {
  for (const [index, report] of reports.entries()) {
    const refusal = refuseReport(report, `/${index}`, check);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
};

/** Why a signal is not taken; undefined when it is. */
export const refuseSignal = (
  signal: Signal,
  isKnownNode: (nodeId: string) => boolean,
  isKnownCustomer: (customerId: string) => boolean,
): Refusal | undefined => {
  if (signal.type === 'customer_escalation' && !isKnownCustomer(signal.customerId))
    return refuse('CUSTOMER_UNKNOWN', `${signal.customerId} is not in the catalogue`, '/customerId');
  if (signal.type !== 'deploy') return undefined;
  const index = signal.nodes.findIndex((nodeId) => !isKnownNode(nodeId));
  if (index < 0) return undefined;
  return refuse('NODE_UNKNOWN', `${signal.nodes[index]} is not in the inventory`, `/nodes/${index}`);
};
