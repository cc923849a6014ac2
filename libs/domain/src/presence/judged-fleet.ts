import type { NodeActivity } from './node-activity.js';
import { type NodeEvidence, type ReadAt, readEvidence } from './node-evidence.js';
import { decideNode, type NodeVerdict } from './node-verdict.decide.js';

/** A node with what is known of it at a tick, and what follows. */
export interface JudgedNode {
  readonly node: NodeActivity;
  readonly evidence: NodeEvidence;
  readonly verdict: NodeVerdict;
}

const known = new WeakMap<ReadAt, readonly JudgedNode[]>();

/** Judges every node of which anything was heard in the last five minutes; once a tick, for whoever asks. */
export const judgeFleet = (at: ReadAt): readonly JudgedNode[] => {
  const judged = known.get(at) ?? judgeAnew(at);
  known.set(at, judged);
  return judged;
};

const judgeAnew = (at: ReadAt): readonly JudgedNode[] =>
  at.activity.at(at.tick).map((node) => {
    const evidence = readEvidence(node, at);
    return { node, evidence, verdict: decideNode(evidence) };
  });
