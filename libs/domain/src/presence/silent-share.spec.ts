import { FleetStory } from './fleet-story.fixture.js';

/** 20 PoPs of 5 nodes in 4 regions, played for a minute: long enough that everybody is expected. */
const fleet = (changes: Parameters<FleetStory['addPop']>[3] = {}): FleetStory => {
  const story = new FleetStory();
  for (let pop = 0; pop < 20; pop += 1) story.addPop(`pop${pop}`, `region${pop % 4}`, 5, changes);
  return story;
};
const dieIn = (story: FleetStory, isHit: (pop: string, region: string) => boolean): void => {
  for (const node of story.nodes) if (isHit(node.pop, node.region)) node.isDead = true;
};

describe('R9: the silent share of the inventory', () => {
  it('a quarter of the fleet falls silent: known within 60 s for fleet, region, release and PoP, as one incident', () => {
    const story = fleet().play(60);
    dieIn(story, (_, region) => region === 'region1');
    story.play(15);
    const fired = story.fired();
    expect(story.firstS('AlertFired')).toBeLessThan(60 + 11);
    expect(fired.slice(0, 3)).toEqual([
      'silent_share fleet fleet',
      'silent_share region region1',
      'silent_share release v1+c1',
    ]);
    expect(fired).toContain('silent_share pop pop5');
    expect(fired.filter((each) => each.startsWith('node_silent'))).toHaveLength(25);
    expect(story.count('IncidentOpened')).toBe(1);
    const [opened] = story.told.flatMap(({ event }) => (event.type === 'IncidentOpened' ? [event.data] : []));
    expect(opened?.title).toBe('25 of 100 nodes of the fleet are silent or down (25.0 %)');
  });

  it('one PoP of twenty falls silent: its alert alone opens, and its nodes join', () => {
    const story = fleet().play(60);
    dieIn(story, (pop) => pop === 'pop3');
    story.play(15);
    expect(story.fired().filter((each) => each.startsWith('silent_share'))).toEqual([
      'silent_share region region3',
      'silent_share pop pop3',
    ]);
    expect(story.count('IncidentOpened')).toBe(1);
  });

  it('two nodes of a PoP page as nodes, once', () => {
    const story = fleet().play(60);
    for (const node of story.nodes.slice(0, 2)) node.isDead = true;
    story.play(15);
    expect(story.fired()).toEqual(['node_silent node pop0-0', 'node_silent node pop0-1']);
    expect(story.count('IncidentOpened')).toBe(1);
  });

  it('an inventory that was never seen pages nobody', () => {
    const story = fleet();
    for (let nth = 0; nth < 100; nth += 1)
      story.planned.push({ nodeId: `planned-${nth}`, pop: 'new', region: 'region9' });
    expect(story.play(90).told).toEqual([]);
  });

  it('B4: while they stay silent nothing resolves, however long and after a restart; when they are back all of it does', () => {
    const story = fleet().play(60);
    dieIn(story, (_, region) => region === 'region1');
    story.play(400).restart();
    story.play(30);
    expect(story.count('AlertResolved')).toBe(0);
    const fired = story.fired();
    for (const node of story.nodes) node.isDead = false;
    story.play(40);
    expect(story.fired()).toEqual(fired);
    expect(story.count('AlertResolved')).toBe(fired.length);
    expect(story.count('IncidentResolved')).toBe(1);
  });

  it('nobody at all reports: one alert of the fleet after 30 s, and none of nodes; it ends when they are back', () => {
    const story = fleet().play(60);
    dieIn(story, () => true);
    story.play(29);
    expect(story.told).toEqual([]);
    story.play(60);
    expect(story.fired()).toEqual(['silent_share fleet fleet']);
    for (const node of story.nodes) node.isDead = false;
    story.play(20);
    expect(story.fired()).toEqual(['silent_share fleet fleet']);
    expect(story.count('IncidentResolved')).toBe(1);
  });

  it('B4: nobody reports for 60 s, then one node of a hundred does: the alert stays, and is the same', () => {
    const story = fleet().play(60);
    dieIn(story, () => true);
    story.play(60);
    for (const node of story.nodes.slice(0, 1)) node.isDead = false;
    story.play(30);
    expect(story.count('AlertResolved')).toBe(0);
    expect(story.fired().filter((each) => each === 'silent_share fleet fleet')).toHaveLength(1);
    expect(story.count('IncidentOpened')).toBe(1);
  });

  it('nobody reports for 20 s, as while Tocsin itself is away: nothing is said, whoever comes back first', () => {
    const story = fleet().play(60);
    dieIn(story, () => true);
    story.play(20);
    for (const [nth, node] of story.nodes.entries()) node.isDead = nth % 2 === 0;
    story.play(3);
    for (const node of story.nodes) node.isDead = false;
    expect(story.play(30).told).toEqual([]);
  });

  it('with a prober it is known within 2 s', () => {
    const story = fleet({ probes: [5, 0] }).play(60);
    for (const node of story.nodes)
      if (node.region === 'region1') Object.assign(node, { isDead: true, probes: [0, 5] });
    story.play(5);
    expect(story.firstS('AlertFired')).toBeLessThan(62);
    expect(story.fired()[0]).toBe('silent_share fleet fleet');
    expect(story.count('IncidentOpened')).toBe(1);
  });
});
