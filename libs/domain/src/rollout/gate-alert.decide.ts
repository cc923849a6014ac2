import { type Reason } from '#contracts';
import { type Alert, alertKeyOf, type Assessment } from '../alert/alert.js';
import { decideAlert } from '../alert/alert.decide.js';
import type { Gate } from '../gate/gate.js';
import type { Deciding } from '../rule/deciding.js';
import type { Draft } from '../rule/draft.js';
import { isLive } from '../rule/presence.js';
import type { TickView } from '../rule/tick-view.js';
import { COVERAGE_MIN } from './evidence-rails.js';

/** The gate of a rollout says to roll back: pages, whoever drives the rollout, and starts a rollback where the rails hold. */
export const ROLLOUT_GATE = { name: 'rollout_gate', severity: 'critical' } as const;

/** A text of a reason is cut here, as the contract says. */
const TEXT_MAX = 500;

const perCent = (part: number, of: number): number => (of === 0 ? 0 : (100 * part) / of);

const reasonOf = (gate: Gate, text: string, { tick, at }: TickView): Reason => {
  const { good, bad } = gate.measured?.cohort ?? { good: 0, bad: 0 };
  return {
    rule: ROLLOUT_GATE.name,
    signal: 'gate',
    text: text.slice(0, TEXT_MAX),
    value: good + bad === 0 ? null : perCent(bad, good + bad),
    threshold: 100 * (gate.judgedBy?.gate.failing.faulty ?? 0),
    windowMs: Math.max(0, at - gate.sinceMs),
    good,
    bad,
    tick,
    coverage: 1,
  };
};

/**
 * Whether a release has left the fleet: nobody reports on it, and of the nodes that were named 80 % report on something else. Silence
 * alone is no leaving.
 */
const hasLeft = (gate: Gate, view: TickView): boolean => {
  const live = view.nodes.filter((node) => isLive(node, view.tick));
  if (live.some(({ release }) => release === gate.release)) return false;
  const elsewhere = live.filter(({ nodeId }) => gate.nodes.has(nodeId)).length;
  return elsewhere > 0 && elsewhere >= COVERAGE_MIN * gate.nodes.size;
};

const isBreached = (gate: Gate, view: TickView): boolean =>
  gate.verdict === 'roll_back' && gate.phase !== 'over' && !hasLeft(gate, view);

const textOf = (gate: Gate): string => `rollout ${gate.rolloutId}, stage ${gate.stage}: ${gate.because}`;

/** What is said of a release by its gates: several rollouts may bring the same one. */
const assess = (gates: readonly Gate[], view: TickView): Assessment => {
  const breached = gates.find((gate) => isBreached(gate, view));
  if (breached !== undefined) return { is: 'breached', reason: reasonOf(breached, textOf(breached), view) };
  const [gate] = gates;
  // A gate that was forgotten says nothing; its rollout is a day old, and its alert waits for a person.
  if (gate === undefined) return { is: 'undecided' };
  const why = gate.phase === 'over' ? 'its rollout is over' : 'no node runs it any more';
  return { is: 'clear', reason: reasonOf(gate, `${gate.release}: ${why}`, view) };
};

/** Fires for each release whose gate says to roll back, and resolves when it was rolled back or has left the fleet. */
export const decideGateAlerts = (draft: Draft, { view, hash }: Deciding): void => {
  const open = new Map<string, Alert>();
  for (const alert of draft.state.alerts.values()) if (alert.rule === ROLLOUT_GATE.name) open.set(alert.key, alert);
  const failed = [...draft.state.gates.values()].filter(({ verdict }) => verdict === 'roll_back');
  for (const key of new Set([...failed.map(({ release }) => release), ...open.keys()])) {
    const alert = open.get(key);
    const assessment = assess(
      failed.filter(({ release }) => release === key),
      view,
    );
    if (alert === undefined && assessment.is !== 'breached') continue;
    const subject = { scope: 'release', key } as const;
    const newAlertId = (): string => hash(`alert|${alertKeyOf(ROLLOUT_GATE.name, 'release', key)}|${view.tick}`);
    draft.add(decideAlert(alert, assessment, { rule: ROLLOUT_GATE, subject, at: view.at, newAlertId }));
  }
};
