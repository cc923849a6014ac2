import type { RailFacts, RailResult } from './rail.js';

/** Rails whose refusal a person can mend, once the evidence is there: until then there is nothing to mend. */
const MENDABLE: ReadonlySet<string> = new Set(['target', 'blast_radius', 'rate']);

/** What stands against a rollback when nothing runs beside the release: the control alone, which is no doubt about the release. */
const OF_CONTROL: ReadonlySet<string> = new Set(['control_group', 'coverage']);

const describeProposal = ({ mode, waves }: RailFacts): string | undefined => {
  const nodes = waves.flat().length;
  // Who only watches asks nobody.
  if (mode === 'observe') return undefined;
  return mode === 'approve'
    ? `waits for approval, on ${nodes} nodes`
    : `is recommended, on ${nodes} nodes: do it by hand`;
};

/**
 * What a person has to hear of a rollback that does not start by itself; undefined when it is nothing, or what the page of the incident says
 * already. Safety alone is in the way: what a person must mend. Only a control is missing: a person must judge. Only the mode refuses:
 * a person is asked.
 */
export const rollbackCall = (rails: readonly RailResult[], facts: RailFacts): string | undefined => {
  const refusals = rails.filter(({ holds }) => !holds);
  const evidence = refusals.filter((each) => each.class === 'E' && each.rail !== 'mode');
  if (refusals.length === 1 && refusals[0]?.rail === 'mode') return describeProposal(facts);
  const isUncompared = facts.comparison.control === undefined && facts.rollout !== undefined;
  if (isUncompared && evidence.length > 0 && evidence.every(({ rail }) => OF_CONTROL.has(rail)))
    return `is recommended: nothing runs beside it to compare with, so a person decides (${evidence[0]?.detail})`;
  const [mendable] = refusals.filter(({ rail }) => MENDABLE.has(rail));
  if (evidence.length > 0 || mendable === undefined) return undefined;
  return `refused by rail ${mendable.rail}: ${mendable.detail}`;
};
