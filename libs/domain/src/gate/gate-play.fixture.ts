import { event, type GateSettings, releaseName, type RolloutPlan, SLOT_MS, streamOf } from '#contracts';
import type { CatalogueCustomer } from '../rule/catalogue.js';
import { type Answered, PLAY_FROM_S, type PlayNode, RulePlay } from '../rule/rule-play.fixture.js';

/** What the fleet runs, and what comes. */
export const OLD = { softwareVersion: 'v2.1.4', configRev: 'c41' };
/** What comes. */
export const NEW = { softwareVersion: 'v2.1.5', configRev: 'c42' };
/** The stream of the rollout of a play. */
export const STREAM = streamOf.rollout('ro1');

const NODES_PER_POP = 10;
const [oldName, newName] = [releaseName(OLD), releaseName(NEW)];

/** Two PoPs of ten nodes; the first node of the first one runs the new release. */
export const FLEET: readonly PlayNode[] = ['iad', 'fra'].flatMap((pop, place) =>
  Array.from({ length: NODES_PER_POP }, (_unused, index) => ({
    nodeId: `${pop}-n${index}`,
    pop,
    region: ['us-east', 'europe'][place]!,
    release: pop === 'iad' && index === 0 ? newName : oldName,
  })),
);

/** The node of the canary. */
export const CANARY = FLEET[0]!;

/** So many queries a second of each node, of which a share fails: of the canary, and of everybody else. */
export const traffic =
  (qps: number, canary: number, others: number, nodes: readonly PlayNode[] = FLEET) =>
  (second: number): readonly Answered[] =>
    nodes.map((node, index) => {
      const share = node.release === newName ? canary : others;
      // In step with a running share, so that a share is met to one outcome; nodes are out of step with each other.
      const upTo = (seconds: number): number => Math.floor(seconds * qps * share + index / nodes.length);
      const bad = upTo(second + 1) - upTo(second);
      return { node, good: qps - bad, bad, customer: `c${index % 3}` };
    });

const CUSTOMERS: readonly CatalogueCustomer[] = ['c0', 'c1', 'c2'].map((customerId) => ({
  customerId,
  name: customerId,
  tier: 'tier1',
  critical: false,
}));

/** Log time of a second of the play. */
export const atS = (second: number): number => (PLAY_FROM_S + second) * SLOT_MS;

/** A plan of a minute for each stage, so that a play is short. */
const shortPlan = (gate: GateSettings): RolloutPlan => ({
  stages: [
    { name: 'canary', sharePercent: 1, durationMs: 60_000, gate },
    { name: 'all', sharePercent: 100, durationMs: 60_000, gate },
  ],
});

/** How a rollout of a play begins. */
export interface GatePlayOptions {
  readonly nodes?: readonly PlayNode[];
  /** Declared, with stages of a minute that have this gate; else only told. */
  readonly gate?: GateSettings;
}

/** A play without rules, so that gates alone decide; healthy for ten seconds, then the rollout begins. */
export const gatePlay = ({ nodes = FLEET, gate }: GatePlayOptions = {}): RulePlay => {
  const play = new RulePlay({ rules: [], nodes, customers: CUSTOMERS });
  play.play(10, traffic(100, 0.0005, 0.0005, nodes));
  const of = { rolloutId: 'ro1', service: 'dns', release: NEW, previous: OLD } as const;
  if (gate !== undefined) {
    const plan = shortPlan(gate);
    play.record(
      STREAM,
      event('RolloutDeclared', { ...of, mode: 'advisory', plan, nodes: [], by: 'user:ana', at: atS(10) }),
    );
  }
  const named = nodes.filter(({ release }) => release === newName).map(({ nodeId }) => nodeId);
  play.record(STREAM, event('RolloutStarted', { ...of, stage: 'canary', nodes: named, at: atS(10) }));
  return play;
};
