import { event, ruleOf, ruleSetSchema, streamOf } from '#contracts';
import { obey } from '#testing';
import { atS, BAD, deploy, fail, GOOD, maintain, quietStory, silence } from './quiet-story.fixture.js';

/** Sends 3 % of the fleet's queries astray: R17 fires, R26 does not, and no change explains it. */
const limp = (story: ReturnType<typeof quietStory>): void => fail(story, 0.03, GOOD);

const EVERYTHING = { severity: ['*'] };

describe('a silence', () => {
  it('holds the page back and nothing else: alerts fire, the incident opens, the rollback starts', () => {
    const story = quietStory();
    silence(story, EVERYTHING, 0, 600);
    deploy(story, BAD, [0, 1]);
    story.play(10);
    fail(story, 0.77);
    story.play(20);
    const fired = story.all('AlertFired').map(({ alertId }) => alertId);
    expect(new Set(story.all('AlertMuted').map(({ alertId }) => alertId))).toEqual(new Set(fired));
    expect(story.all('AlertMuted')[0]?.mute).toEqual({
      by: 'silence',
      id: 's1',
      untilMs: atS(600),
      because: 'silenced by user:ana: peering is moved',
    });
    expect(story.all('IncidentOpened')).toMatchObject([{ muted: { by: 'silence', id: 's1' } }]);
    expect(story.all('IncidentUnmuted')).toEqual([]);
    expect(story.all('RollbackDecided')).toHaveLength(1);
    expect(story.all('CommandIssued')).toHaveLength(1);
  });

  it('that ends while an alert goes on lets the page leave on that tick, once', () => {
    const story = quietStory();
    silence(story, EVERYTHING, 0, 30);
    story.play(5);
    limp(story);
    story.play(40);
    expect(story.all('IncidentOpened')).toMatchObject([{ muted: { id: 's1' } }]);
    expect(story.firstS('IncidentUnmuted')).toBeCloseTo(30, 0);
    expect(story.all('IncidentUnmuted')).toHaveLength(1);
    const unmuted = story.all('AlertUnmuted');
    expect(unmuted.map(({ because }) => because)).toContain('silence s1 is over');
  });

  it('that ends early lets it leave then, and what is over before its end is never told', () => {
    const early = quietStory();
    silence(early, EVERYTHING, 0, 600);
    early.play(5);
    limp(early);
    early.play(20);
    early.tell('silence-s1', {
      type: 'SilenceExpired',
      data: { silenceId: 's1', endsAtMs: atS(28), by: 'user:bo', at: atS(25) },
    });
    early.play(5);
    expect(early.firstS('IncidentUnmuted')).toBeCloseTo(28, 0);

    const over = quietStory();
    silence(over, EVERYTHING, 0, 600);
    over.play(5);
    limp(over);
    over.play(20);
    fail(over, 0.0005, GOOD);
    over.play(100);
    expect(over.all('IncidentResolved')).toHaveLength(1);
    expect(over.all('IncidentUnmuted')).toEqual([]);
  });

  it('of one alert does not hold the page of another back that belongs to the same incident', () => {
    const story = quietStory();
    silence(story, { region: ['us-east'] }, 0, 600);
    deploy(story, BAD, [0, 1]);
    story.play(10);
    for (const node of story.fleet.nodes) if (node.release === BAD && node.region === 'us-east') node.failing = 0.77;
    story.play(3);
    expect(story.all('IncidentOpened')).toMatchObject([{ muted: { id: 's1' } }]);
    story.play(20);
    // The fleet suffers, and whom the silence names inhibits nobody.
    expect(story.all('IncidentUnmuted')).toHaveLength(1);
    expect(story.all('IncidentOpened')).toHaveLength(1);
  });

  it('of what is about more of the fleet than the page ends: the page says so then, once', () => {
    const story = quietStory();
    const critical = { signal: 'success_rate', comparison: 'below', severity: 'critical', windowMs: 60_000 } as const;
    const rules = [
      ruleOf({ ...critical, name: 'of_release', scopes: ['release'], where: { release: [BAD] }, threshold: 99 }),
      ruleOf({ ...critical, name: 'of_fleet', scopes: ['fleet'], threshold: 98 }),
    ];
    const place = { version: 1, source: 'rules.yml', fromTick: 0, at: atS(0), sha256: 'ab'.repeat(32) };
    story.tell(streamOf.rules, event('RulesLoaded', { ...place, ruleSet: ruleSetSchema.parse({ rules }) }));
    silence(story, { rule: ['of_fleet'] }, 0, 90);
    deploy(story, BAD, [0, 1]);
    story.play(5);
    // The release explains half of what the fleet fails.
    for (const release of [BAD, GOOD]) fail(story, 0.2, release);
    story.play(80);
    const widening = () => story.all('AlertJoinedIncident').filter(({ widens }) => widens !== undefined);
    expect(story.all('IncidentOpened')).toMatchObject([{ rule: 'of_release' }]);
    expect(story.all('AlertFired').map(({ rule }) => rule)).toContain('of_fleet');
    expect(widening()).toEqual([]);
    story.play(20);
    expect(widening()).toMatchObject([{ rule: 'of_fleet', widens: { scope: 'fleet', key: 'fleet' }, at: atS(90) }]);
  });

  it('B16: tells that its end is near, and at its end whether it matched anything', () => {
    const story = quietStory();
    silence(story, EVERYTHING, 0, 60);
    silence(story, { region: ['antarctica'] }, 0, 60, 's2');
    story.play(5);
    limp(story);
    story.play(60);
    const mutedBy = (s: number) => story.all('AlertMuted').filter(({ at }) => at < atS(s)).length;
    expect(mutedBy(30)).toBeGreaterThan(0);
    expect(story.all('SilenceEndsSoon')).toMatchObject([
      { silenceId: 's1', endsAtMs: atS(60), muting: mutedBy(30) },
      { silenceId: 's2', muting: 0 },
    ]);
    expect(story.firstS('SilenceEndsSoon')).toBeCloseTo(30, 0);
    expect(story.all('SilenceMatched')).toMatchObject([{ silenceId: 's1' }]);
    expect(story.all('SilenceEnded')).toMatchObject([
      { silenceId: 's1', hasMatched: true },
      { silenceId: 's2', hasMatched: false },
    ]);
  });
});

describe('maintenance', () => {
  it('B16: a fleet of which more than half falls silent pages, though it fails nothing; one of its eight nodes does not', () => {
    const story = quietStory();
    maintain(story, '11:40', 90);
    story.play(10);
    for (const node of story.fleet.nodes.slice(0, 1)) node.silent = true;
    story.play(60);
    expect(story.all('AlertFired').length).toBeGreaterThan(0);
    expect(story.all('MaintenanceBrokenThrough')).toEqual([]);
    for (const node of story.fleet.nodes.slice(0, 5)) node.silent = true;
    story.play(60);
    expect(story.all('MaintenanceBrokenThrough')).toMatchObject([
      { because: expect.stringMatching(/^6[23] % of the nodes are silent, above 50 % /) },
    ]);
    const paged = [
      ...story.all('IncidentOpened').filter(({ muted }) => muted === undefined),
      ...story.all('IncidentUnmuted'),
    ];
    expect(paged.length).toBeGreaterThan(0);
  });

  it('R112, B16: a deployment within a window of which 77 % fails pages, and is rolled back', () => {
    const story = quietStory();
    story.onDecided = obey(story, 3);
    maintain(story, '11:40', 90);
    deploy(story, BAD, [0, 1]);
    story.play(10);
    fail(story, 0.77);
    story.play(5);
    expect(story.all('MaintenanceBegan')).toMatchObject([{ window: 'thursday', endsAtMs: atS(83 * 60) }]);
    const because = /^success \d+\.\d\d % < 95 % on v2\.1\.5\+c42 in /;
    expect(story.all('MaintenanceBrokenThrough')).toMatchObject([{ because: expect.stringMatching(because) }]);
    expect(story.all('IncidentOpened')).toHaveLength(1);
    const isMuted = story.all('IncidentOpened')[0]?.muted !== undefined;
    expect(story.all('IncidentUnmuted')).toHaveLength(isMuted ? 1 : 0);
    expect(story.all('RollbackDecided')).toHaveLength(1);
    // It is told once, and the rest of the window mutes nothing.
    story.play(60);
    expect(story.all('MaintenanceBrokenThrough')).toHaveLength(1);
    expect(story.all('IncidentOpened')).toHaveLength(1);
  });

  it('B16: what work may do pages nobody until the window is over; then it pages', () => {
    const story = quietStory();
    maintain(story, '11:40', 8);
    story.play(5);
    limp(story);
    story.play(50);
    expect(story.all('IncidentOpened')).toMatchObject([{ muted: { by: 'maintenance', untilMs: atS(60) } }]);
    expect(story.all('IncidentUnmuted')).toEqual([]);
    story.play(10);
    expect(story.firstS('IncidentUnmuted')).toBeCloseTo(60, 0);
    expect(story.all('MaintenanceEnded')).toMatchObject([{ hasMatched: true, because: 'its time is over' }]);
  });

  it('B16: a window that is shortened while it is open ends when it says now', () => {
    const story = quietStory();
    maintain(story, '11:40', 90);
    story.play(5);
    limp(story);
    story.play(20);
    maintain(story, '11:40', 8, {}, 2);
    story.play(60);
    expect(story.all('MaintenanceEnded').map(({ because }) => because)).toEqual([
      'the rules have no such window any more, or changed it',
      'its time is over',
    ]);
    expect(story.all('MaintenanceBegan').map(({ endsAtMs }) => endsAtMs)).toEqual([atS(83 * 60), atS(60)]);
    expect(story.firstS('IncidentUnmuted')).toBeCloseTo(60, 0);
  });

  it('B16: tells that its end is near, and that it muted nothing', () => {
    const story = quietStory();
    maintain(story, '11:46', 2, { pop: ['us-east-0'] });
    story.play(5);
    limp(story);
    story.play(60);
    expect(story.all('MaintenanceEndsSoon')).toMatchObject([{ endsAtMs: atS(60), muting: 0 }]);
    expect(story.all('MaintenanceEnded')).toMatchObject([{ hasMatched: false }]);
    expect(story.all('IncidentOpened')).toHaveLength(1);
    expect(story.all('IncidentOpened')[0]?.muted).toBeUndefined();
  });
});

describe('inhibition', () => {
  it('the fleet suffers from a release: its alerts are inhibited and belong to the same incident, none is lost', () => {
    const story = quietStory();
    deploy(story, BAD, [0, 1]);
    story.play(70);
    fail(story, 0.77);
    story.play(40);
    const fired = story.all('AlertFired');
    // What the gate says of the whole release is explained by where it fails, as what the fleet suffers is.
    const wider = fired.filter(({ scope, rule }) => scope === 'fleet' || rule === 'rollout_gate');
    const ofFleet = wider.map(({ alertId }) => alertId);
    expect(ofFleet.length).toBeGreaterThan(1);
    const inhibited = story.all('AlertMuted').filter(({ mute }) => mute.by === 'alert');
    expect(new Set(inhibited.map(({ alertId }) => alertId))).toEqual(new Set(ofFleet));
    expect(inhibited[0]?.mute.because).toMatch(/^inhibited: \w+ on v2\.1\.5\+c42 in [\w-]+ explains it$/);
    const [opened, ...others] = story.all('IncidentOpened');
    const joined = story.all('AlertJoinedIncident').map(({ alertId }) => alertId);
    expect(others).toEqual([]);
    expect(new Set([opened?.alertId, ...joined])).toEqual(new Set(fired.map(({ alertId }) => alertId)));
  });

  it('an inhibited alert comes back when its cause is over and it goes on', () => {
    const story = quietStory();
    deploy(story, BAD, [0, 1]);
    story.play(70);
    fail(story, 0.77);
    story.play(20);
    // The release is gone, and now what was there before fails.
    for (const node of story.fleet.nodes) Object.assign(node, { release: GOOD, failing: 0.03 });
    story.play(60);
    const back = story.all('AlertUnmuted').map(({ because }) => because);
    expect(back.some((because) => because.endsWith(' is over') || because.endsWith(' any more'))).toBe(true);
    expect(story.all('IncidentResolved')).toEqual([]);
  });
});

describe('quiet, decided again', () => {
  const day = (restartAtS?: number) => {
    const story = quietStory();
    maintain(story, '11:40', 8);
    silence(story, { region: ['us-*'] }, 0, 40);
    const play = (toS: number): void => {
      if (restartAtS !== undefined && restartAtS > story.afterS && restartAtS <= toS) {
        story.play(restartAtS - story.afterS);
        story.restart();
      }
      story.play(toS - story.afterS);
    };
    play(5);
    deploy(story, BAD, [0, 1]);
    limp(story);
    play(25);
    fail(story, 0.77);
    play(62);
    return story.told;
  };

  it('the same ticks and events mute the same, whenever the process is killed', () => {
    const whole = day();
    const types = new Set(whole.map(({ event }) => event.type));
    for (const type of ['IncidentUnmuted', 'SilenceEnded', 'MaintenanceBrokenThrough', 'IncidentCausesRanked'] as const)
      expect(types).toContain(type);
    for (const cutS of [8.25, 27.25, 40, 60.25]) expect(day(cutS)).toEqual(whole);
  });
});
