import type { CatalogueCustomer } from '#domain';
import { obey } from '#testing';
import { SlotsStory } from './slots-story.fixture.js';

const GOOD = 'v2.1.4+c41';
/** The release that fails. */
export const BAD = 'v2.1.5+c42';
const REGIONS = ['us-east', 'europe'];
const CUSTOMERS: CatalogueCustomer[] = Array.from({ length: 12 }, (_, index) => ({
  customerId: `customer-${index}`,
  name: `Customer ${index}`,
  tier: 'tier1',
  critical: false,
}));

/** Two regions of twelve nodes each, all on the good release. */
export const openStory = (warmUpSlots?: number): Promise<SlotsStory> =>
  SlotsStory.open(
    CUSTOMERS,
    (fleet) => {
      for (const region of REGIONS)
        for (let index = 0; index < 12; index += 1) {
          const pop = `${region}-${Math.floor(index / 4)}`;
          fleet.add({ nodeId: `${pop}-n${index % 4}`, pop, region, release: GOOD });
        }
    },
    warmUpSlots,
  );

/** Some nodes of us-east, a quarter unless told, get the release that is bad later. */
export const deploy = ({ fleet }: SlotsStory, stage = 'batch-1', count = 3): void => {
  const nodes = fleet.nodes.filter(({ region }) => region === 'us-east').slice(0, count);
  for (const node of nodes) node.release = BAD;
  fleet.signals.push({
    type: 'deploy',
    rolloutId: 'rollout-1',
    service: 'dns',
    release: { softwareVersion: 'v2.1.5', configRev: 'c42' },
    previous: { softwareVersion: 'v2.1.4', configRev: 'c41' },
    stage,
    nodes: nodes.map(({ nodeId }) => nodeId),
    atUs: 0,
  });
};

/** From now on the bad release fails. */
export const fail = ({ fleet }: SlotsStory): void => {
  for (const node of fleet.nodes) if (node.release === BAD) Object.assign(node, { failing: 0.77, timeouts: 0.5 });
};

/** How many ticks `playOutage` plays, from the origin on. */
export const OUTAGE_TICKS = 408;

/** The whole outage: deployed, failing, rolled back by a deploy system that obeys, resolved. */
export const playOutage = async (told: SlotsStory, before?: (tick: number) => Promise<void>): Promise<void> => {
  told.onDecided = obey(told, 1);
  await told.warmUp();
  deploy(told);
  await told.play(2, before);
  fail(told);
  await told.play(100, before);
};
