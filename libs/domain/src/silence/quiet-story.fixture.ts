import { type DeploySignal, event, ruleSetSchema, type Selector, streamOf, TICK_MS } from '#contracts';
import { DEFAULT_RULES, EngineStory, ORIGIN_MS } from '#testing';

/** What runs everywhere when a story begins. */
export const GOOD = 'v2.1.4+c41';
/** What `fail` makes fail. */
export const BAD = 'v2.1.5+c42';
const REGIONS = ['us-east', 'europe'];
const NODES_PER_REGION = 4;

const releaseOf = (name: string) => {
  const [softwareVersion = '', configRev = ''] = name.split('+');
  return { softwareVersion, configRev };
};

/** A fleet of two regions, where nothing fails yet. */
export const quietStory = (): EngineStory =>
  new EngineStory({
    customers: [{ customerId: 'shop', name: 'Shop', tier: 'tier3', critical: false }],
    settings: { verifyMs: 10_000 },
    build: (fleet) => {
      for (const region of REGIONS)
        for (let index = 0; index < NODES_PER_REGION; index += 1)
          fleet.add({ nodeId: `${region}-n${index}`, pop: `${region}-${index % 2}`, region, release: GOOD });
    },
  });

/** Puts a release on the nodes of each region that have one of these numbers, and says so. */
export const deploy = (story: EngineStory, release: string, numbers: readonly number[]): void => {
  const nodes = story.fleet.nodes.filter(({ nodeId }) => numbers.includes(Number(nodeId.at(-1))));
  for (const node of nodes) node.release = release;
  const signal: DeploySignal = {
    type: 'deploy',
    rolloutId: `rollout-${release.replace('+', '-')}`,
    service: 'dns',
    release: releaseOf(release),
    previous: releaseOf(GOOD),
    stage: 'batch-1',
    nodes: nodes.map(({ nodeId }) => nodeId),
    atUs: 0,
  };
  story.fleet.signals.push(signal);
};

/** A share of what a release answers fails from now on. */
export const fail = (story: EngineStory, failing: number, release = BAD): void => {
  for (const node of story.fleet.nodes) if (node.release === release) node.failing = failing;
};

/** Log time of a second of the story. */
export const atS = (seconds: number): number => ORIGIN_MS + seconds * 1_000;

/** Somebody sets a silence over some seconds of the story. */
export const silence = (story: EngineStory, where: Selector, fromS: number, toS: number, silenceId = 's1'): void =>
  story.tell(
    streamOf.silence(silenceId),
    event('SilenceCreated', {
      silenceId,
      where,
      startsAtMs: atS(fromS),
      endsAtMs: atS(toS),
      by: 'user:ana',
      comment: 'peering is moved',
      at: atS(fromS) - 3_000,
    }),
  );

/** Rules are loaded that have one window, over minutes of the day of the story: 2021-07-22, a Thursday, from 11:47 UTC. */
export const maintain = (
  story: EngineStory,
  startsAt: string,
  minutes: number,
  where: Selector = {},
  version = 1,
): void => {
  const window = { name: 'thursday', where, timeZone: 'UTC', days: ['thu'], startsAt, durationMs: minutes * 60_000 };
  const ruleSet = ruleSetSchema.parse({ rules: DEFAULT_RULES, maintenance: [window] });
  const place = {
    version,
    source: 'rules.yml',
    fromTick: version === 1 ? 0 : Math.ceil(atS(story.afterS) / TICK_MS),
    at: ORIGIN_MS,
  };
  story.tell(streamOf.rules, event('RulesLoaded', { ...place, sha256: 'ab'.repeat(32), ruleSet }));
};
