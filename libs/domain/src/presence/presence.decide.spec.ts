import { FleetStory } from './fleet-story.fixture.js';

/** Four nodes of a PoP and four elsewhere, played for a minute. */
const fleet = (changes: Parameters<FleetStory['addPop']>[3] = {}): FleetStory => {
  const story = new FleetStory();
  story.addPop('fra', 'eu', 4, changes);
  story.addPop('iad', 'us', 4, changes);
  return story.play(60);
};
const first = (story: FleetStory) => {
  const [node] = story.nodes;
  if (node === undefined) throw new Error('no node');
  return node;
};

describe('a silent node', () => {
  it('pages after 10 s without heartbeats, outcomes and probes, as unknown', () => {
    const story = fleet();
    first(story).isDead = true;
    story.play(9.75);
    expect(story.pages()).toEqual([]);
    story.play(1);
    expect(story.pages()).toEqual(['node_silent']);
    expect(story.count('IncidentOpened')).toBe(1);
  });

  it('that never sent heartbeats is judged by its rate', () => {
    const story = fleet({ isBeating: false });
    first(story).isDead = true;
    story.play(11);
    expect(story.fired().filter((each) => each.startsWith('node_silent'))).toEqual(['node_silent node fra-0']);
  });

  it('B4: stays a page while nothing is heard, for hours and across a restart, and ends 10 s after it is back', () => {
    const story = fleet();
    first(story).isDead = true;
    story.play(30).restart();
    story.play(600).restart();
    story.play(20);
    expect(story.count('AlertResolved')).toBe(0);
    expect(story.pages()).toEqual(['node_silent']);
    first(story).isDead = false;
    const backS = story.afterS;
    story.play(20);
    expect(story.firstS('AlertResolved') - backS).toBeGreaterThanOrEqual(10);
    expect(story.count('IncidentResolved')).toBe(1);
  });

  it('B4: an outage whose probes stop as well is unknown, never resolved', () => {
    const story = fleet({ probes: [5, 0] });
    Object.assign(first(story), { isDead: true, probes: [0, 5] });
    story.play(5);
    expect(story.pages()).toEqual(['node_outage']);
    first(story).probes = [0, 0];
    story.play(120);
    expect(story.count('AlertBecameUnknown')).toBe(1);
    expect(story.count('AlertResolved')).toBe(0);
  });
});

describe('an agent', () => {
  it('that is restarted alone, blind for 6 s, pages nobody; nor does it open an incident', () => {
    const story = fleet();
    first(story).isDead = true;
    story.play(6);
    Object.assign(first(story), { isDead: false, agentBoot: 2 });
    story.play(30);
    expect(story.pages()).toEqual([]);
    expect(story.count('IncidentOpened')).toBe(0);
  });

  it('that dies beside a server which probes find well is an agent fault, and warns', () => {
    const story = fleet({ probes: [5, 0] });
    first(story).isDead = true;
    story.play(20);
    expect(story.fired()).toContain('agent_fault node fra-0');
    expect(story.pages()).toEqual([]);
    first(story).isDead = false;
    story.play(15);
    expect(story.count('AlertResolved')).toBe(story.count('AlertFired'));
  });

  it('that does not observe everything is a telemetry fault, and warns', () => {
    const story = fleet();
    first(story).completeness = 0.9;
    story.play(5);
    expect(story.fired()).toEqual(['telemetry_fault node fra-0']);
    first(story).completeness = 1;
    story.play(12);
    expect(story.count('AlertResolved')).toBe(1);
  });
});

describe('a node that is hardly ever asked', () => {
  it('has no expectation, and its alerts end all the same', () => {
    const story = new FleetStory();
    story.addPop('fra', 'eu', 4);
    story.play(1);
    first(story).qps = 0;
    story.play(60);
    first(story).completeness = 0.9;
    story.play(15);
    expect(story.fired()).toEqual(['telemetry_fault node fra-0']);
    first(story).completeness = 1;
    story.play(15);
    expect(story.count('AlertResolved')).toBe(1);
  });
});

describe('traffic', () => {
  it('that leaves one node while probes find it well warns', () => {
    const story = fleet({ probes: [5, 0] });
    first(story).isAnswering = false;
    story.play(15);
    expect(story.fired()).toEqual(['traffic_lost node fra-0']);
  });

  it('that falls in a whole PoP is no fault of its nodes', () => {
    const story = fleet();
    for (const node of story.nodes) if (node.pop === 'fra') node.qps = 160;
    expect(story.play(60).told).toEqual([]);
  });

  it('that falls at one node alone warns; a surge at its siblings does not', () => {
    const story = fleet();
    for (const node of story.nodes) if (node.nodeId !== 'fra-0') node.qps = 4_000;
    expect(story.play(20).told).toEqual([]);
    first(story).qps = 100;
    story.play(15);
    expect(story.fired()).toEqual(['traffic_lost node fra-0']);
  });
});

describe('what Tocsin itself does not hear', () => {
  it('is no silence of nodes: a partition that is not told holds their time still', () => {
    const story = fleet();
    story.isUntold = true;
    expect(story.play(30).told).toEqual([]);
    story.isUntold = false;
    expect(story.play(30).told).toEqual([]);
  });

  // 60 s away; and minutes, of which more is sent later than the rules are told of outcomes, for longer than a silence may last.
  it.each([
    [60, 8],
    [60, 1],
    [200, 1],
  ])(
    'the gateway is away for %i s, and what was kept comes %i s a tick: one alert of the fleet, of no node',
    (s, each) => {
      const story = Object.assign(fleet(), { keptPerTick: each, isAway: true });
      story.play(s);
      story.isAway = false;
      story.play(s);
      expect(story.pages()).toEqual(['silent_share']);
      expect(story.count('IncidentOpened')).toBe(1);
      expect(story.play(60).count('AlertResolved')).toBe(story.count('AlertFired'));
      expect(story.count('IncidentResolved')).toBe(1);
    },
  );

  it('the gateway is away for 20 s: nothing is said, of nodes that never send heartbeats neither', () => {
    for (const isBeating of [true, false]) {
      const story = Object.assign(fleet({ isBeating }), { isAway: true });
      story.play(20);
      story.isAway = false;
      expect(story.play(60).told).toEqual([]);
    }
  });
});

describe('a resolver', () => {
  it('that answers no probe is nobody of the fleet: it neither pages nor counts', () => {
    const story = new FleetStory();
    story.addPop('fra', 'eu', 4, { probes: [5, 0] });
    story.add('resolver:quad', 'resolver', 'eu', { isDead: true, probes: [0, 5] });
    expect(story.play(90).told).toEqual([]);
  });
});

describe('the same ticks', () => {
  const outage = (restartsAfterS: readonly number[] = []): FleetStory => {
    const story = fleet({ probes: [5, 0] });
    const steps = new Map<number, () => void>([
      [2, () => Object.assign(first(story), { isDead: true, probes: [0, 5] })],
      [14, () => story.nodes.forEach((node) => Object.assign(node, node.pop === 'iad' ? { isDead: true } : {}))],
      [30, () => Object.assign(first(story), { isDead: false, probes: [5, 0] })],
      [60, () => story.nodes.forEach((node) => Object.assign(node, { isDead: false }))],
    ]);
    for (let second = 0; second < 90; second += 1) {
      steps.get(second)?.();
      if (restartsAfterS.includes(second)) story.restart();
      story.play(1);
    }
    return story;
  };

  it('P6, B2: give the same decisions, whenever the rules are started again', () => {
    const whole = outage().told;
    expect(whole.map(({ event }) => event.type)).toContain('IncidentResolved');
    expect(outage([3, 9, 16, 31, 45, 62, 75]).told).toEqual(whole);
  });

  it('P6, B2: also when the gateway was away meanwhile, and what was kept came late', () => {
    const away = (restartsAfterS: readonly number[] = []): FleetStory => {
      const story = Object.assign(fleet(), { keptPerTick: 1 });
      for (let second = 0; second < 320; second += 1) {
        story.isAway = second < 200;
        if (second === 250) first(story).isDead = true;
        if (restartsAfterS.includes(second)) story.restart();
        story.play(1);
      }
      return story;
    };
    const whole = away().told;
    expect(whole.map(({ event }) => event.type)).toContain('IncidentResolved');
    expect(away([30, 197, 201, 206, 256, 300]).told).toEqual(whole);
  });
});
