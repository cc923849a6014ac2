import { z } from 'zod';
import { eventSchemas } from '../event.js';
import { AUTOMATION_MODES } from '../events/automation-events.js';
import { GATE_LACKS, GATE_VERDICTS, ROLLOUT_MODES, ROLLOUT_ORIGINS } from '../events/rollout-events.js';
import { count, moment, releaseShape } from './answer.js';

const { RiskAssessed, BlastRadiusComputed, LoadTested, PreflightOverridden, PreflightBlocked } = eventSchemas;
const { GateMeasured, GateDecided, GateOverdue, NodeUpdated, RolloutDeclared } = eventSchemas;
const rolloutId = { rolloutId: true } as const;

const step = z.object({
  what: z.enum(['start_requested', 'approved', 'halt_requested', 'halt_commanded', 'promoted', 'commanded']),
  stage: z.string().optional(),
  next: z.string().optional(),
  by: z.string().optional(),
  note: z.string().optional(),
  comment: z.string().optional(),
  because: z.string().optional(),
  commandId: z.string().optional(),
  generation: count.optional(),
  nodes: count.optional(),
  at: moment,
});

/** A rollout: its plan, where it is, and what its gate says. */
export const rolloutShape = z
  .object({
    rolloutId: z.string(),
    service: z.string(),
    release: releaseShape,
    previous: releaseShape,
    status: z.enum(['declared', 'running', 'halted', 'completed', 'ended', 'rolled_back']),
    mode: z.enum(ROLLOUT_MODES),
    origin: z.enum(ROLLOUT_ORIGINS),
    plan: RolloutDeclared.shape.plan.nullable(),
    nodes: z.array(z.string()),
    declaredAt: moment.nullable(),
    declaredBy: z.string().nullable(),
    stage: z.string().nullable(),
    stages: z.array(z.object({ stage: z.string(), nodes: z.array(z.string()), reachedAt: moment })),
    startedAt: moment.nullable(),
    changedAt: moment,
    because: z.string().nullable(),
    rollbackId: z.string().nullable(),
    preflight: z.object({
      risk: RiskAssessed.omit(rolloutId).optional(),
      impact: BlastRadiusComputed.omit(rolloutId).optional(),
      loadTest: LoadTested.omit(rolloutId).optional(),
      overridden: z.array(PreflightOverridden.omit(rolloutId)).optional(),
      missing: PreflightBlocked.shape.missing.optional(),
    }),
    gateMeasured: GateMeasured.omit(rolloutId).nullable(),
    gateDecided: GateDecided.omit(rolloutId).nullable(),
    gateOverdue: GateOverdue.omit(rolloutId).nullable(),
    steps: z.array(step),
    updates: z.array(
      z.object({
        nodeId: z.string(),
        stage: z.string(),
        status: NodeUpdated.shape.status,
        probes: count.nullable(),
        passed: count.nullable(),
        detail: z.string(),
        updatedAt: moment,
      }),
    ),
  })
  .meta({ id: 'Rollout' });

/** Whether the next stage may begin, and what it waits for: what a deploy tool polls. */
export const gateAnswer = z
  .object({
    rolloutId: z.string(),
    state: z.string(),
    mayProceed: z.boolean(),
    isFinal: z.boolean().describe('Asking again changes nothing'),
    stage: z.string().nullable(),
    sharePercent: z.number().nullable(),
    verdict: z.enum(GATE_VERDICTS),
    waitsFor: z.enum(['preflight', 'evidence', 'approval', 'nothing']),
    because: z.string(),
    missing: z.array(z.object({ item: z.string(), detail: z.string() })),
    tests: GateMeasured.shape.tests,
    phase: z.enum(['declared', 'baking', 'approval', 'watch', 'over']),
    cohort: GateMeasured.shape.cohort.nullable(),
    control: GateMeasured.shape.control.nullable(),
  })
  .meta({ id: 'Gate' });

/** The gate of one stage of a rollout: what it said, and what it rests on. */
export const stageGateShape = z
  .object({
    n: count.describe('its place among the gates of its rollout, from 1'),
    stage: z.string(),
    phase: z.enum(['declared', 'baking', 'approval', 'watch', 'over']),
    verdict: z.enum(GATE_VERDICTS),
    because: z.string(),
    beganAt: moment,
    decidedAt: moment.nullable(),
    throughSlot: count.nullable(),
    cohort: GateMeasured.shape.cohort.nullable(),
    control: GateMeasured.shape.control.nullable(),
    tests: GateMeasured.shape.tests,
    judgedBy: GateMeasured.shape.judgedBy.unwrap().nullable(),
    overdue: z.array(z.enum(GATE_LACKS)),
    evidence: z.array(count).describe('positions of its last measurement and of its verdicts: /v1/audit/{position}'),
  })
  .meta({ id: 'StageGate' });

const service = { service: true } as const;
const of = { service: true, release: true } as const;

/** What is known of a release: whether it may be gone back to, or not be brought again. */
export const knownReleaseShape = z
  .object({
    service: z.string(),
    name: z.string(),
    release: releaseShape,
    attestation: eventSchemas.ReleaseAttested.omit(of).nullable(),
    rehearsal: eventSchemas.RollbackRehearsed.omit(of).nullable(),
    quarantine: eventSchemas.ReleaseQuarantined.omit(of).nullable(),
    lifting: eventSchemas.QuarantineLifted.omit(of).nullable(),
    changedAt: moment,
  })
  .meta({ id: 'KnownRelease' });

/** Whether Tocsin may act by itself, and in which mode for which service. */
export const automationShape = z
  .object({
    isOn: z.boolean(),
    lastSwitch: eventSchemas.AutomationSwitched.nullable(),
    rateRail: eventSchemas.RateRailOpened.nullable(),
    services: z.array(
      z.object({
        service: z.string(),
        mode: eventSchemas.AutomationModeSet.omit(service)
          .extend({ mode: z.enum(AUTOMATION_MODES) })
          .nullable(),
        rateReset: eventSchemas.RateRailReset.omit(service).nullable(),
      }),
    ),
  })
  .meta({ id: 'Automation' });
