import type { Reason } from '#contracts';
import { type Alert, alertKeyOf, type Assessment } from '../alert/alert.js';
import { decideAlert } from '../alert/alert.decide.js';
import type { Deciding } from '../rule/deciding.js';
import type { Draft } from '../rule/draft.js';
import { type Gate, isArmed } from './gate.js';
import type { GateSums } from './gate-sums.js';

/** A gate has no answer in time, or its cohort fails and there is no control: a person is paged, and nothing is rolled back (R36, RAIL-2). */
export const ROLLOUT_GATE_OVERDUE = { name: 'rollout_gate_overdue', severity: 'critical' } as const;

/** The longest text of a reason, as the contract says. */
const TEXT_MAX = 500;

/** An answer ends what was waited for; a cohort that is well again needs no control. Another stage begins without either. */
const isOverdue = (gate: Gate, sums: GateSums | undefined): boolean => {
  if (!isArmed(gate)) return false;
  // Nobody waits for the answer of one that is halted; that its nodes fail is as bad as before.
  if (!gate.isHalted && gate.overdue.has('answer') && gate.verdict === 'need_more_data' && gate.phase === 'baking')
    return true;
  return gate.overdue.has('control') && sums?.isFailingCleared !== true;
};

const reasonOf = (gate: Gate, text: string, tick: number, at: number): Reason => {
  const { good, bad } = gate.measured?.cohort ?? { good: 0, bad: 0 };
  return {
    rule: ROLLOUT_GATE_OVERDUE.name,
    signal: 'gate',
    text: `rollout ${gate.rolloutId}, stage ${gate.stage}: ${text}`.slice(0, TEXT_MAX),
    value: null,
    threshold: 0,
    windowMs: at - gate.sinceMs,
    good,
    bad,
    tick,
    coverage: 1,
  };
};

const textOf = ({ overdue }: Gate): string =>
  overdue.has('control')
    ? 'it fails, and there is no control: roll it back by hand, if it is to blame'
    : 'no answer in twice its duration: promote it by hand, or halt it';

/** Pages for the release of each gate that called a person, until it needs none. */
export const decideOverdueAlerts = (draft: Draft, { view, hash, sumsOf }: Deciding): void => {
  const { name } = ROLLOUT_GATE_OVERDUE;
  const open = new Map<string, Alert>();
  for (const alert of draft.state.alerts.values()) if (alert.rule === name) open.set(alert.key, alert);
  const gates = [...draft.state.gates.values()];
  const due = new Map(gates.filter((gate) => isOverdue(gate, sumsOf(gate))).map((gate) => [gate.release, gate]));
  for (const key of new Set([...due.keys(), ...open.keys()])) {
    const gate = due.get(key);
    const last = gate ?? gates.find(({ release }) => release === key);
    // A gate that was forgotten says nothing; its alert waits for a person.
    if (last === undefined) continue;
    const assessment: Assessment =
      gate === undefined
        ? { is: 'clear', reason: reasonOf(last, 'no person is needed any more', view.tick, view.at) }
        : { is: 'breached', reason: reasonOf(gate, textOf(gate), view.tick, view.at) };
    const newAlertId = (): string => hash(`alert|${alertKeyOf(name, 'release', key)}|${view.tick}`);
    const subject = { scope: 'release', key } as const;
    draft.add(decideAlert(open.get(key), assessment, { rule: ROLLOUT_GATE_OVERDUE, subject, at: view.at, newAlertId }));
  }
};
