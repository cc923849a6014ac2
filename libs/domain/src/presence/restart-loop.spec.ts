import { FleetStory } from './fleet-story.fixture.js';

const fleet = (): FleetStory => {
  const story = new FleetStory();
  for (const pop of ['a', 'b', 'c']) story.addPop(pop, 'eu', 4);
  return story.play(40);
};

describe('R61: a restart loop', () => {
  it('one server that is restarted three times in 5 min pages for its node; twice does not', () => {
    const story = fleet();
    const [node] = story.nodes;
    if (node === undefined) throw new Error('no node');
    for (let restart = 1; restart <= 2; restart += 1) {
      node.serverBoot += 1;
      story.play(60);
    }
    expect(story.told).toEqual([]);
    node.serverBoot += 1;
    story.play(2);
    expect(story.fired()).toEqual(['restart_loop node a-0']);
    expect(story.count('IncidentOpened')).toBe(1);
  });

  it('ends when the last of three restarts is 5 min old, and the node is healthy', () => {
    const story = fleet();
    const [node] = story.nodes;
    if (node === undefined) throw new Error('no node');
    for (let restart = 1; restart <= 3; restart += 1) {
      node.serverBoot += 1;
      story.play(20);
    }
    story.play(225);
    expect(story.count('AlertResolved')).toBe(0);
    story.play(60);
    expect(story.count('AlertResolved')).toBe(1);
    expect(story.count('IncidentResolved')).toBe(1);
  });

  it('three crashes of nodes of one release page for the release, and name them', () => {
    const story = fleet();
    for (const node of story.nodes.slice(0, 6)) node.release = 'v2+c2';
    story.play(5);
    for (const nodeId of ['a-0', 'a-1', 'b-0']) {
      story.crashes.push(nodeId);
      story.play(1);
    }
    expect(story.fired()).toEqual(['restart_loop release v2+c2']);
    const [fired] = story.told.flatMap(({ event }) => (event.type === 'AlertFired' ? [event.data] : []));
    expect(fired?.reason.text).toBe('restart loop on release v2+c2: 3 restarts of a-0, a-1, b-0 in 5 min');
  });

  it('a crash and the boot id that follows it are one restart', () => {
    const story = fleet();
    for (const [nth, node] of story.nodes.slice(0, 2).entries()) {
      story.crashes.push(node.nodeId);
      story.play(1);
      node.serverBoot += 1 + nth;
      story.play(2);
    }
    expect(story.told).toEqual([]);
  });

  it('a rollout restarts every server, and is no loop', () => {
    const story = fleet();
    for (const node of story.nodes) Object.assign(node, { release: 'v2+c2', serverBoot: 2 });
    // Nobody declared it, so it is noticed, and has a gate; that is all.
    const types = story.play(30).told.map(({ event }) => event.type);
    expect(new Set(types)).toEqual(new Set(['RolloutStarted', 'GateMeasured']));
  });
});
