import { releaseName } from '#contracts';
import type { Gate } from '../gate/gate.js';
import type { DeciderState } from '../rule/decider-state.js';
import type { TickView } from '../rule/tick-view.js';
import { compareRelease, type Comparison, judgeChanges, type JudgedChange } from './blame.js';
import { blameCells } from './blame-cells.js';
import { carries, type Change, changesUnderWay, wholeOf } from './change.js';
import type { Rollout } from './rollout.js';

/** A release that may be rolled back, with what speaks for it. */
export interface Suspect {
  readonly release: string;
  /** Who brought it; undefined: nobody is known to have. */
  readonly change: Change | undefined;
  readonly comparison: Comparison;
  readonly isBlamed: boolean;
  /** The rollout that explains what fails here, where that is another one. */
  readonly explainedBy: string | undefined;
  /** Why the gate of one of its rollouts says to roll back. */
  readonly gateSays: string | undefined;
}

/**
 * The changes of the last day. Services may name their releases alike, or a node may be brought the same twice: of changes that look the
 * same from outside, the one comes first that was brought to most of the nodes that run it, then the newest.
 */
export const changesSeen = (rollouts: Iterable<Rollout>, view: TickView): readonly Change[] =>
  changesUnderWay(rollouts)
    .map((change) => ({
      change,
      reached: view.nodes.filter(({ nodeId, release }) => carries(change, release) && change.rollout.nodes.has(nodeId))
        .length,
    }))
    .toSorted((a, b) => b.reached - a.reached || b.change.sinceMs - a.change.sinceMs)
    .map(({ change }) => change);

/** Every change of the last day, judged against the others: once a tick, for whoever asks. */
export const judgedChanges = (state: DeciderState, view: TickView): readonly JudgedChange[] =>
  judgeChanges(changesSeen(state.rollouts.values(), view), blameCells(view));

const isVerdictOf = (gate: Gate, { rollout }: Change): boolean =>
  gate.verdict === 'roll_back' &&
  gate.phase !== 'over' &&
  gate.service === rollout.service &&
  gate.release === releaseName(rollout.release);

/** Why the gate of a change says to roll it back; undefined when it does not. */
export const gateSaysOf = (change: Change, gates: Iterable<Gate>): string | undefined =>
  [...gates].find((gate) => isVerdictOf(gate, change))?.because;

/** Another change that is blamed, and that nodes of this one have as well: then it is why they fail. */
export const explainedBy = (change: Change, judged: readonly JudgedChange[], view: TickView): string | undefined => {
  const own = view.nodes.filter((node) => carries(change, node.release));
  return judged.find(
    (other) => other.isBlamed && other.change !== change && own.some(({ release }) => carries(other.change, release)),
  )?.change.rollout.rolloutId;
};

/** A change as a suspect. */
export const suspectOf = (
  { change, comparison, isBlamed }: JudgedChange,
  judged: readonly JudgedChange[],
  state: DeciderState,
  view: TickView,
): Suspect => ({
  release: releaseName(change.rollout.release),
  change,
  comparison,
  isBlamed,
  explainedBy: isBlamed ? undefined : explainedBy(change, judged, view),
  gateSays: gateSaysOf(change, state.gates.values()),
});

/** A release that no rollout is known to have brought. */
export const strangerOf = (release: string, view: TickView): Suspect => ({
  release,
  change: undefined,
  comparison: compareRelease(release, blameCells(view)),
  isBlamed: false,
  explainedBy: undefined,
  gateSays: undefined,
});

/** The rollout that a person wants rolled back, as a suspect. */
export const suspectOfRollout = (rollout: Rollout, state: DeciderState, view: TickView): Suspect => {
  const judged = judgedChanges(state, view);
  const name = releaseName(rollout.release);
  const own = judged.find(
    ({ change }) => change.rollout.service === rollout.service && releaseName(change.rollout.release) === name,
  );
  // Of one that reached no node there is nothing to judge: its audience is empty.
  if (own === undefined) return { ...strangerOf(name, view), change: wholeOf(rollout) };
  return suspectOf(own, judged, state, view);
};
