import {
  type CostModel,
  DEFAULT_IMPACT,
  type ImpactSettings,
  isRefusal,
  mapPage,
  type NewSilence,
  refuse,
  type Refusal,
  streamOf,
} from '#contracts';
import type { Infrastructure } from '#runtime';
import {
  createAlertRepository,
  createApiKeyRepository,
  createAutomationRepository,
  createBreakerRepository,
  createChannelRepository,
  createCommandRepository,
  createDeadLetterRepository,
  createDeliveryRepository,
  createDrillRepository,
  createEscalationRepository,
  createFallbackRepository,
  createIncidentRepository,
  createManyReads,
  createNodeKeyRepository,
  createNodeLedger,
  createOnCallRepository,
  createOverrideRepository,
  createQuietRepository,
  createRedirectRepository,
  createReleaseRepository,
  createRollbackRepository,
  createRolloutRepository,
  createRuleSetRepository,
  createSegmentMinuteRepository,
  createSegmentRepository,
  createStatusUpdateRepository,
  type IncidentRow,
  type PageAsk,
  type RolloutRow,
  type SilenceRow,
  readStream,
  type StatusUpdateStatus,
} from '#store';
import { createCustomerList } from './customer-list.js';
import { nodeQueries } from './node-list.js';
import { singleQueries } from './single-queries.js';
import { readStageGates } from './stage-gates-query.js';
import { deliveryQueries } from './delivery-views.js';
import { readAutomation } from './automation-acts.js';
import { type AffectedCustomers, createAffectedCustomers } from './affected-customers.js';
import { createAffectedSince } from './affected-since.js';
import { explain } from './explain/explain.js';
import type { ExplainedKind } from './explain/explanation.js';
import { whyNot, type WhyNotQuestion } from './explain/why-not.js';
import { createImpactView } from './impact-view.js';
import type { IncidentCost } from '#domain';
import { costOf } from './incident-cost.js';
import { readPostMortem } from './post-mortem-query.js';
import { readRunbook } from './runbook.js';
import { readGate } from './gate-query.js';
import { createRequestLoaders } from './loaders/request-loaders.js';
import { createFleetHealth } from './fleet-health.js';
import { type IncidentReport, readReport } from './incident-report.js';
import { createKeptAnswers } from './kept-answers.js';
import { readMaintenance } from './maintenance-schedule.js';
import { readOnCall, readPlan, readShifts } from './on-call/on-call-view.js';
import { createDisagreements } from './release-disagreements.js';
import { ruleQueries } from './rules-in-force.js';
import { previewSilence } from './silence-preview.js';
import { silenceReport } from './silences.js';
import { createWindows } from './window-query.js';

/** What the queries are read from. */
export type QueryParts = Pick<Infrastructure, 'database' | 'catalogue' | 'clock'> & {
  readonly costModel: CostModel;
};

/** What one affected customer counts. */
const impactSettingsOf = (database: QueryParts['database']) => async (): Promise<ImpactSettings> =>
  (await createRuleSetRepository(database).latest())?.ruleSet.impact ?? DEFAULT_IMPACT;

const incidentQueries = ({ database, catalogue, clock, costModel }: QueryParts) => {
  const incidents = createIncidentRepository(database);
  const rollbacks = createRollbackRepository(database);
  const redirects = createRedirectRepository(database);
  const deliveries = createDeliveryRepository(database);
  const escalations = createEscalationRepository(database);
  const reads = createManyReads(database);
  const affected = createAffectedCustomers(
    createSegmentRepository(database),
    catalogue,
    clock,
    impactSettingsOf(database),
  );
  const unknown = (incidentId: string): Refusal => refuse('NOT_FOUND', `there is no incident ${incidentId}`);
  const incident = async (incidentId: string): Promise<IncidentReport | Refusal> =>
    (await readReport({ incidents, rollbacks, redirects, deliveries, reads, escalations }, incidentId)) ??
    unknown(incidentId);
  return {
    incidents: incidents.page,
    incident,
    writtenIncident: createKeptAnswers(incident),
    /** Whom each of many incidents hurts, of which every one was read already. */
    affectedBy: (): ((row: IncidentRow, limit: number) => Promise<AffectedCustomers>) => {
      const readers = new Map();
      const settings = impactSettingsOf(database)();
      return async (row, limit) => affected(row, limit, { settings: await settings, readers });
    },
    customersAffected: async (incidentId: string, limit: number): Promise<AffectedCustomers | Refusal> => {
      const incident = await incidents.findRow(incidentId);
      return incident === undefined ? unknown(incidentId) : affected(incident, limit);
    },
    incidentCost: async (incidentId: string): Promise<IncidentCost | Refusal> => {
      const incident = await incidents.findRow(incidentId);
      if (incident === undefined) return unknown(incidentId);
      const stream = await readStream(database, streamOf.incident(incidentId));
      return costOf(incident, stream, {
        nowMs: clock.nowMs(),
        settings: await impactSettingsOf(database)(),
        model: costModel,
      });
    },
    rollbacks: rollbacks.page,
    redirects: redirects.page,
    ...deliveryQueries({ database, nowMs: clock.nowMs }),
    drills: createDrillRepository(database).page,
  };
};

const explainQueries = ({ database, catalogue, clock }: QueryParts) => {
  const parts = {
    database,
    catalogue,
    alerts: createAlertRepository(database),
    rollbacks: createRollbackRepository(database),
    redirects: createRedirectRepository(database),
    breakers: createBreakerRepository(database),
    segments: createSegmentRepository(database),
  };
  const reads = createManyReads(database);
  return {
    explain: (kind: ExplainedKind, id: string) => explain(createRequestLoaders(reads), kind, id),
    whyNot: ({ at = clock.nowMs(), ...asked }: Omit<WhyNotQuestion, 'at'> & { readonly at?: number | undefined }) =>
      whyNot(parts, { ...asked, at }),
  };
};

const actionQueries = ({ database, catalogue, clock }: QueryParts) => {
  const releases = createReleaseRepository(database);
  const rollouts = createRolloutRepository(database);
  const automation = createAutomationRepository(database);
  return {
    rollouts: rollouts.page,
    rollout: async (rolloutId: string): Promise<RolloutRow | Refusal> =>
      (await rollouts.find(rolloutId)) ?? refuse('NOT_FOUND', `there is no rollout ${rolloutId}`),
    gate: (rolloutId: string, stage: string | undefined) =>
      readGate({ database, releases, catalogue, clock }, rolloutId, stage),
    gates: (rolloutId: string, ask: PageAsk) => readStageGates(database, rolloutId, ask),
    releases: releases.page,
    automation: () => readAutomation(automation),
    overrides: createOverrideRepository(database).page,
    breakers: createBreakerRepository(database).page,
    fallbacks: createFallbackRepository(database).page,
    commands: createCommandRepository(database).page,
  };
};

const reportQueries = ({ database, catalogue, clock, costModel }: QueryParts) => {
  const updates = createStatusUpdateRepository(database);
  const impactSettings = impactSettingsOf(database);
  return {
    statusUpdates: updates.page,
    /** With when the next is due, and why the public is told nothing where it is. */
    statusUpdatesOf: async (
      incidentId: string,
      ask: PageAsk & { readonly statuses?: readonly StatusUpdateStatus[] | undefined },
    ) => {
      const schedule = await updates.schedule(incidentId);
      if (schedule === undefined) return refuse('NOT_FOUND', `there is no incident ${incidentId}`);
      const page = await updates.page({ ...ask, incidentId });
      return isRefusal(page) ? page : { schedule, page };
    },
    /** Whom one tells, page by page. */
    statusUpdateCustomers: async (asked: Parameters<typeof updates.customers>[0]) =>
      (await updates.customers(asked)) ??
      refuse('NOT_FOUND', `there is no status update ${asked.n} of incident ${asked.incidentId}`),
    runbook: (incidentId: string) => readRunbook({ database, catalogue }, incidentId),
    postMortem: (incidentId: string) => readPostMortem({ database, clock, costModel, impactSettings }, incidentId),
  };
};

const onCallQueries = ({ database, clock }: QueryParts) => {
  const parts = { repository: createOnCallRepository(database), channels: createChannelRepository(database), clock };
  return {
    onCall: () => readOnCall(parts),
    onCallPlan: () => readPlan(parts),
    shifts: (schedule: string, asked: Parameters<typeof readShifts>[2]) => readShifts(parts, schedule, asked),
  };
};

/** Everything that can be asked, once for REST and GraphQL. */
export const createQueries = (parts: QueryParts) => {
  const { database, catalogue, clock } = parts;
  const segments = createSegmentRepository(database);
  const deadLetters = createDeadLetterRepository(database);
  const keys = createApiKeyRepository(database);
  const quiet = createQuietRepository(database);
  return {
    ...incidentQueries(parts),
    ...explainQueries(parts),
    ...actionQueries(parts),
    ...reportQueries(parts),
    ...onCallQueries(parts),
    ...singleQueries(parts),
    impact: createImpactView(segments, catalogue, clock, impactSettingsOf(database)),
    affectedSince: createAffectedSince(segments, catalogue, clock, impactSettingsOf(database)),
    customers: createCustomerList(catalogue),
    fleetHealth: createFleetHealth(segments, catalogue, clock),
    disagreements: createDisagreements(segments, clock),
    windows: createWindows({ segments, minutes: createSegmentMinuteRepository(database) }, clock),
    alerts: createAlertRepository(database).page,
    deadLetters: async (ask: PageAsk) => {
      const page = await deadLetters.page(ask);
      if (isRefusal(page)) return page;
      const shown = mapPage(page, ({ raw: _bytes, id: _place, ...letter }) => letter);
      return { page: shown, totals: await deadLetters.totals() };
    },
    ...nodeQueries(catalogue, createNodeLedger(database)),
    keys: async (ask: PageAsk) => {
      const page = await keys.page(ask);
      return isRefusal(page) ? page : mapPage(page, ({ secretHash: _hash, ...key }) => key);
    },
    nodeKeys: createNodeKeyRepository(database).page,
    ...ruleQueries(createRuleSetRepository(database), catalogue),
    previewSilence: (wanted: NewSilence) =>
      previewSilence({ alerts: createAlertRepository(database), quiet, catalogue, clock }, wanted),
    silences: async (ask: PageAsk) => {
      const page = await quiet.silences.page(ask);
      return isRefusal(page) ? page : mapPage(page, (row) => silenceReport(row, clock.nowMs()));
    },
    maintenance: (ask: PageAsk) => readMaintenance(quiet, clock.nowMs(), ask),
    /** One that was read already, as it is now. */
    silenceNow: (row: SilenceRow) => silenceReport(row, clock.nowMs()),
  };
};

/** Everything that can be asked. */
export type Queries = ReturnType<typeof createQueries>;
