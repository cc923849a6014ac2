import { commandSchema } from '#contracts';
import type { EngineStory } from '#testing';
import {
  commandsOf,
  heal,
  LATENCY_RULE,
  obeyRedirects,
  redirectStory,
  redirectTypes,
  slow,
} from './redirect.fixture.js';

const POP = 'us-east-0';

const slowPop = (told: EngineStory, key = POP): void => {
  told.play(10);
  slow(told, ({ pop }) => pop === key);
  told.play(10);
};

describe('a PoP that times out', () => {
  it('is moved to its healthy siblings by one command to its nodes, verified, and brought back when it is well', () => {
    const told = redirectStory();
    obeyRedirects(told);
    slowPop(told);
    told.play(60);
    const [drain] = commandsOf(told);
    expect(commandSchema.parse(drain)).toMatchObject({
      action: 'drain',
      wave: 1,
      audience: ['us-east-0-n0', 'us-east-0-n1', 'us-east-0-n2'],
      from: { softwareVersion: 'v2.1.4', configRev: 'c41' },
      reason: expect.stringMatching(/^success 9[6-9](\.\d+)? % < 99\.5 % over 1s$/),
    });
    expect(told.all('RedirectDecided')).toMatchObject([
      { scope: 'pop', key: POP, siblings: ['us-east-1', 'us-east-2'], rails: Array(10).fill({ holds: true }) },
    ]);
    expect((told.firstS('RedirectDecided') ?? NaN) - 10).toBeLessThanOrEqual(3.5);
    expect(told.all('RedirectVerified')[0]?.because).toBe('6 of 9 nodes serve, 2 siblings are healthy');
    expect(told.all('RedirectEnded')).toEqual([]);
    // What is left of its traffic is answered well again.
    heal(told);
    for (const node of told.fleet.nodes) node.silent = false;
    told.play(130);
    expect(commandsOf(told).map(({ action, wave }) => [action, wave])).toEqual([
      ['drain', 1],
      ['resume', 2],
    ]);
    const [first, second] = commandsOf(told);
    expect(second?.generation).toBeGreaterThan(first?.generation ?? Infinity);
    expect(told.all('RedirectEnded')).toMatchObject([{ because: 'all 3 nodes serve again' }]);
    expect(told.all('IncidentEscalated')).toEqual([]);
  });

  it('nobody shows that it is well: the traffic stays where it is, and so does the incident', () => {
    const told = redirectStory();
    obeyRedirects(told);
    slowPop(told);
    // Longer than a place must be well, had anybody asked it.
    told.play(180);
    expect(redirectTypes(told).at(-1)).toBe('RedirectVerified');
    expect(told.all('IncidentResolved')).toEqual([]);
  });

  it('the same is decided when the process is killed at any moment', () => {
    const types = (restarts: boolean): readonly string[] => {
      const told = redirectStory();
      obeyRedirects(told);
      slowPop(told);
      for (let part = 0; part < 6; part += 1) {
        told.play(5);
        if (restarts) told.restart();
      }
      return told.told.map(({ afterS, stream, event }) => `${afterS} ${stream} ${event.type}`);
    };
    expect(types(true)).toEqual(types(false));
  });

  it('one slow machine moves no PoP: it is refused for want of evidence', () => {
    const told = redirectStory();
    told.play(10);
    slow(told, ({ nodeId }) => nodeId === 'us-east-0-n0');
    told.play(10);
    told.play(10);
    expect(redirectTypes(told)).toEqual(['RedirectRefused']);
    expect(told.all('RedirectRefused')[0]).toMatchObject({ rail: 'minimum_evidence' });
    expect(told.all('RedirectRefused')[0]?.because).toContain('1 nodes slow by their own timeouts (at least 3');
  });

  it('a fleet that is slow everywhere moves nothing, and says why', () => {
    const told = redirectStory();
    told.play(10);
    slow(told, () => true);
    told.play(10);
    told.play(10);
    expect(told.all('RedirectDecided')).toEqual([]);
    expect(told.all('RedirectRefused').map(({ rail, because }) => `${rail}: ${because}`)).toEqual([
      'siblings: pop us-east-0 has 2 siblings, none of them healthy: nothing is moved',
      'capacity: 0 of 9 nodes would go on serving (at least 60 %)',
    ]);
  });

  it('R25: an alert of the whole fleet has no sibling', () => {
    const told = redirectStory('fleet');
    slow(told, () => true);
    told.play(10);
    told.play(10);
    expect(told.all('RedirectRefused')).toMatchObject([
      { rail: 'siblings', because: 'the whole fleet has no sibling: nothing is moved' },
    ]);
  });

  it('never less than 60 % of the region serves: a second PoP of it stays', () => {
    const told = redirectStory('pop', [POP, 'us-east-1']);
    obeyRedirects(told);
    slowPop(told);
    told.play(10);
    slow(told, ({ pop }) => pop === 'us-east-1');
    told.play(10);
    told.play(10);
    expect(told.all('RedirectDecided')).toHaveLength(1);
    const refused = told.all('RedirectRefused').filter(({ rail }) => rail === 'capacity');
    // Of each alert that goes on to fire.
    expect(new Set(refused.map(({ because }) => because))).toEqual(
      new Set(['3 of 9 nodes would go on serving (at least 60 %)']),
    );
  });

  it('nodes that do not answer give the traffic back and call a person; what does not come back is stopped', () => {
    const told = redirectStory();
    slowPop(told);
    told.play(250);
    expect(redirectTypes(told)).toEqual([
      'RedirectDecided',
      'RedirectCommanded',
      'RedirectCommanded',
      'RedirectStopped',
      // They never left: clients are answered by them, badly as before.
      'RedirectEnded',
      // It goes on to fire, and is not tried again at once.
      'RedirectRefused',
    ]);
    expect(told.all('RedirectRefused')[0]?.rail).toBe('rate');
    expect(told.all('IncidentEscalated')).toMatchObject([
      { to: 'vp', because: 'redirect of pop us-east-0: drain: 3 of 3 nodes did not answer within 120 s' },
      { to: 'vp', redirect: { step: 'resume' } },
    ]);
    expect(told.all('RedirectStopped')[0]?.because).toBe('resume: 3 of 3 nodes did not answer within 120 s');
  });

  it('siblings that suffer under the traffic get rid of it', () => {
    const told = redirectStory();
    obeyRedirects(told);
    slowPop(told);
    told.play(15);
    slow(told, ({ region }) => region === 'us-east');
    told.play(60);
    expect(commandsOf(told).map(({ action }) => action)).toEqual(['drain', 'resume']);
    expect(told.all('IncidentEscalated')[0]?.because).toContain('the siblings suffer: 0 of 9 nodes serve');
    expect(told.all('RedirectEnded')).toHaveLength(1);
  });

  it('a fleet that falls silent proves nothing: the traffic is not moved again', () => {
    const told = redirectStory();
    obeyRedirects(told);
    slowPop(told);
    told.play(15);
    for (const node of told.fleet.nodes) node.silent = true;
    told.play(60);
    expect(commandsOf(told).map(({ action }) => action)).toEqual(['drain']);
  });
});

describe('beside other commands', () => {
  const deploy = (told: EngineStory, rolloutId: string, service: string, nodes: readonly string[]) =>
    told.fleet.signals.push({
      type: 'deploy',
      rolloutId,
      service,
      release: { softwareVersion: 'v2.1.4', configRev: 'c41' },
      previous: { softwareVersion: 'v2.1.3', configRev: 'c40' },
      stage: 'batch-1',
      nodes: [...nodes],
      atUs: 0,
    });

  it('R25: one place at a time, though capacity were left: what is slow next may be slow of the traffic that was moved', () => {
    const pops = ['asia-0', 'europe-0', 'us-east-0', 'us-west-0', 'africa-0', 'brazil-0'];
    const told = redirectStory('region', ['asia', 'europe'], { pops });
    obeyRedirects(told);
    told.play(10);
    slow(told, ({ region }) => region === 'asia');
    told.play(10);
    slow(told, ({ region }) => region === 'europe');
    told.play(20);
    expect(told.all('RedirectDecided').map(({ key }) => key)).toEqual(['asia']);
    const [{ redirectId } = { redirectId: '' }] = told.all('RedirectDecided');
    expect(told.all('RedirectRefused')).toMatchObject([
      { rail: 'exclusive', because: expect.stringContaining(`redirect ${redirectId} is under way`) },
    ]);
  });

  it('the command is of the service that runs in the place, not of the one that was rolled out last', () => {
    const told = redirectStory();
    obeyRedirects(told);
    deploy(told, 'dns-1', 'edge-dns', ['us-east-0-n0', 'us-east-0-n1', 'us-east-0-n2']);
    told.play(5);
    // Services may name their releases alike.
    deploy(told, 'cdn-1', 'cdn', ['europe-0-n0']);
    slowPop(told);
    expect(commandsOf(told)).toMatchObject([{ service: 'edge-dns' }]);
  });
});

describe('a region that is slow', () => {
  it('R25: is moved while 60 % of the fleet serve; a second one is not when they would not', () => {
    const told = redirectStory('region', ['asia', 'us-east']);
    obeyRedirects(told);
    told.play(10);
    slow(told, ({ region }) => region === 'asia');
    told.play(10);
    told.play(10);
    expect(told.all('RedirectDecided')).toMatchObject([{ siblings: ['europe', 'us-east'] }]);
    expect(commandsOf(told)[0]?.audience).toHaveLength(3);
    slow(told, ({ region }) => region === 'us-east');
    told.play(10);
    told.play(10);
    expect(told.all('RedirectDecided')).toHaveLength(1);
    expect(told.all('RedirectRefused').map(({ rail }) => rail)).toContain('capacity');
  });

  it('R25: is moved for slow answers alone, without a timeout', () => {
    const told = redirectStory('region', [], { rule: LATENCY_RULE });
    obeyRedirects(told);
    told.play(10);
    for (const node of told.fleet.nodes) if (node.region === 'asia') node.slow = 0.9;
    told.play(15);
    expect(told.all('RedirectDecided')).toMatchObject([{ scope: 'region', key: 'asia' }]);
    expect(told.all('RedirectDecided')[0]?.rails[0]?.detail).toContain('more slow answers than two nodes give: yes');
  });

  it('R25: is not moved for one slow machine', () => {
    const told = redirectStory('region', [], { rule: LATENCY_RULE });
    obeyRedirects(told);
    told.play(10);
    for (const node of told.fleet.nodes) if (node.nodeId === 'asia-0-n0') node.slow = 0.9;
    told.play(70);
    expect(told.all('RedirectDecided')).toEqual([]);
    expect(told.all('RedirectRefused')).toMatchObject([{ rail: 'minimum_evidence' }]);
  });

  it('R25: is not moved when a release is slow beside one that is not', () => {
    const told = redirectStory('region', [], { rule: LATENCY_RULE });
    obeyRedirects(told);
    for (const node of told.fleet.nodes) if (node.pop === 'us-east-0') node.release = 'v2.1.5+c42';
    told.play(70);
    for (const node of told.fleet.nodes) if (node.pop === 'us-east-0') node.slow = 0.9;
    told.play(70);
    expect(told.all('RedirectDecided')).toEqual([]);
    expect(told.all('RedirectRefused').find(({ rail }) => rail === 'cause')?.because).toContain('v2.1.5+c42');
  });
});
