import { COMMAND_AUDIENCE_MAX, releaseName } from '#contracts';
import { targetFault } from './preflight.js';
import type { Rail, RailFacts } from './rail.js';
import { FIRST_WAVE_SHARE, SECOND_WAVE_SHARE, SERVING_MIN, sparedOf, type WaveNode } from './waves.js';

/** RAIL-10: one automatic plan per service and region in 30 minutes ... */
export const PLAN_INTERVAL_MS = 1_800_000;
/** ... and three in 24 h of all services: what needs more is not understood. */
export const PLANS_PER_DAY = 3;

/** Why a release is none to go back to; undefined when it is. */
const whyNoTarget = ({ rollout, target, isTargetLeft, fleet, at }: RailFacts): string | undefined => {
  if (rollout === undefined) return 'no previous release is known';
  const to = releaseName(rollout.previous);
  if (to === releaseName(rollout.release)) return `${to} is what it would leave`;
  if (isTargetLeft) return `${to} is being rolled back itself`;
  const fault = targetFault({ target, at, targets: fleet.nodes.length });
  return fault && `${to}: ${fault}`;
};

const target: Rail = {
  rail: 'target',
  class: 'S',
  judge: (facts) => {
    const because = whyNoTarget(facts);
    const to = facts.rollout === undefined ? '' : releaseName(facts.rollout.previous);
    return { holds: because === undefined, detail: because ?? `back to ${to}: attested, rehearsed, declared safe` };
  },
};

const audience: Rail = {
  rail: 'audience',
  class: 'X',
  judge: ({ waves, rollout }) => {
    const named = waves.flat();
    const foreign = named.filter((nodeId) => rollout?.nodes.has(nodeId) !== true).length;
    const isBounded = waves.every((wave) => wave.length > 0 && wave.length <= COMMAND_AUDIENCE_MAX);
    const holds = named.length > 0 && isBounded && foreign === 0 && new Set(named).size === named.length;
    const sizes = waves.map((wave) => wave.length).join(', ');
    const detail = foreign > 0 ? `${foreign} nodes that the rollout does not name` : `waves of ${sizes} named nodes`;
    return { holds, detail: named.length === 0 ? 'no node to address in ten waves at most' : detail };
  },
};

/** What is wrong with how much of the release the first waves take; undefined when nothing is. */
const whyTooMuch = ({ waves, fleet }: RailFacts, nodeOf: ReadonlyMap<string, WaveNode>): string | undefined => {
  const [first = [], second = []] = waves;
  const pops = new Set(first.map((nodeId) => nodeOf.get(nodeId)?.pop));
  const firstMax = Math.max(1, FIRST_WAVE_SHARE * fleet.nodes.length);
  if (pops.size > 1 && first.length > firstMax) return `wave 1 takes ${first.length} nodes of ${pops.size} PoPs`;
  const secondMax = Math.ceil(SECOND_WAVE_SHARE * waves.flat().length);
  const isFirstEnough = first.length >= secondMax;
  if (isFirstEnough || first.length + second.length <= secondMax) return undefined;
  return `waves 1 and 2 take ${first.length + second.length} nodes (at most ${secondMax})`;
};

/** Where too little would go on serving; undefined when there is enough everywhere. */
const whyTooFew = ({ waves, fleet }: RailFacts, nodeOf: ReadonlyMap<string, WaveNode>): string | undefined => {
  const { nodes, serving } = fleet;
  for (const region of new Set(nodes.map((node) => node.region))) {
    const here = nodes.filter((node) => node.region === region);
    const servingHere = here.filter(({ nodeId }) => serving.has(nodeId)).length;
    for (const [index, wave] of waves.entries()) {
      const away = wave.filter((nodeId) => nodeOf.get(nodeId)?.region === region && serving.has(nodeId)).length;
      if (away <= sparedOf(here.length, servingHere) || away === 0) continue;
      return `in ${region} ${servingHere - away} of ${here.length} nodes would serve during wave ${index + 1} (at least ${100 * SERVING_MIN} %)`;
    }
  }
  return undefined;
};

const blastRadius: Rail = {
  rail: 'blast_radius',
  class: 'S',
  judge: (facts) => {
    const nodeOf = new Map(facts.fleet.nodes.map((node) => [node.nodeId, node]));
    const because = whyTooMuch(facts, nodeOf) ?? whyTooFew(facts, nodeOf);
    const fits = `wave 1 is one PoP or 5 %, wave 2 reaches 25 %, at least ${100 * SERVING_MIN} % of every region goes on serving`;
    return { holds: because === undefined, detail: because ?? fits };
  },
};

const rate: Rail = {
  rail: 'rate',
  class: 'S',
  judge: ({ rate: { lastHereMs, inDay, isOpen } }) => {
    const last =
      lastHereMs === undefined
        ? 'no automatic plan here in the last 24 h'
        : `the last automatic plan here is ${Math.round(lastHereMs / 60_000)} min old (at least ${PLAN_INTERVAL_MS / 60_000})`;
    const isFirst = lastHereMs === undefined || lastHereMs >= PLAN_INTERVAL_MS;
    const open = isOpen ? '; open until a person resets it' : '';
    return {
      holds: isFirst && inDay < PLANS_PER_DAY && !isOpen,
      detail: `${last}, ${inDay} in the last 24 h (less than ${PLANS_PER_DAY})${open}`,
    };
  },
};

const killSwitch: Rail = {
  rail: 'kill_switch',
  class: 'X',
  judge: ({ isOn, offBecause }) => ({
    holds: isOn,
    detail: isOn ? 'automation is on' : `automation is off: ${offBecause ?? 'nobody said why'}`,
  }),
};

/** What every command must keep to: `S` unless an override names it, `X` whoever asks. */
export const SAFETY_RAILS: readonly Rail[] = [target, audience, blastRadius, rate, killSwitch];
