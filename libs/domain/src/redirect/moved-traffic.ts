import type { CatalogueNode } from '../rule/catalogue.js';
import { isQuieting, type Redirect, type RedirectPlan, quietUntilMs } from './redirect.js';

/** Traffic that Tocsin moved: who was told to be quiet, and who is to expect more. */
export interface MovedTraffic {
  /** Told to leave the traffic, or on the way back: what is missing of them is no silence. */
  readonly nodes: ReadonlySet<string>;
  /** Outcomes a second that may come to some nodes in addition, at most; Infinity where nobody knows how many were moved. */
  readonly perSTo: (nodes: readonly Pick<CatalogueNode, 'pop' | 'region'>[]) => number;
}

const isSibling = ({ scope, siblings }: RedirectPlan, node: Pick<CatalogueNode, 'pop' | 'region'>): boolean =>
  siblings.includes(node[scope]);

/** Whether a node was told to be quiet at some time within a span of log time: what it sent then is no model of what it sends. */
export const wasQuiet = (
  redirects: Iterable<Redirect>,
  nodeId: string,
): ((fromMs: number, toMs: number) => boolean) => {
  const spans = [...redirects].flatMap((each) =>
    each.plan?.nodes.includes(nodeId) === true ? [{ fromMs: each.plan.decidedAtMs, untilMs: quietUntilMs(each) }] : [],
  );
  return (fromMs, toMs) => spans.some((span) => span.fromMs < toMs && span.untilMs >= fromMs);
};

/** What the redirects under way at a moment moved. */
export const movedTraffic = (redirects: Iterable<Redirect>, at: number): MovedTraffic => {
  const plans = [...redirects].flatMap((each) => (isQuieting(each, at) && each.plan ? [each.plan] : []));
  return {
    nodes: new Set(plans.flatMap(({ nodes }) => nodes)),
    perSTo: (nodes) =>
      plans
        .filter((plan) => nodes.some((node) => isSibling(plan, node)))
        .reduce((sum, { perS = Infinity }) => sum + perS, 0),
  };
};
