import { type Rule, ruleOf } from '#contracts';
import type { EngineStory } from '#testing';
import { heal, obeyRedirects, redirectStory, slow } from './redirect.fixture.js';

const traffic = (comparison: Rule['comparison'], threshold: number): Rule =>
  ruleOf({
    name: `traffic_${comparison}`,
    signal: 'traffic_change',
    scopes: ['pop', 'region'],
    comparison,
    threshold,
    windowMs: 10_000,
    severity: 'critical',
  });
const silence = ruleOf({
  name: 'silence',
  signal: 'silent_share',
  scopes: ['fleet'],
  comparison: 'above',
  threshold: 10,
  windowMs: 60_000,
  severity: 'critical',
});
const more = [traffic('above', 130), traffic('below', 70), silence];

const slowPop = (told: EngineStory, key: string): void => {
  told.play(10);
  slow(told, ({ pop }) => pop === key);
  told.play(10);
};

const firedBeside = (told: EngineStory): readonly string[] =>
  told
    .all('AlertFired')
    .filter(({ rule }) => rule !== 'slow')
    .map(({ rule, key }) => `${rule} ${key}`);

const speakAgain = (told: EngineStory): void => {
  heal(told);
  for (const node of told.fleet.nodes) node.silent = false;
};

describe('what is missing of a place that was moved', () => {
  it('R9: is no silence of its nodes, and what its siblings get is no surge', () => {
    const told = redirectStory('pop', ['us-east-0'], { more });
    obeyRedirects(told);
    slowPop(told, 'us-east-0');
    // Half of its traffic to each.
    for (const node of told.fleet.nodes)
      if (node.pop === 'us-east-1' || node.pop === 'us-east-2') Object.assign(node, { qps: 3_000 });
    told.play(60);
    expect(told.all('RedirectVerified')).toHaveLength(1);
    expect(firedBeside(told)).toEqual([]);
  });

  it('R9: more than was moved is a surge all the same', () => {
    const told = redirectStory('pop', ['us-east-0'], { more });
    obeyRedirects(told);
    slowPop(told, 'us-east-0');
    for (const node of told.fleet.nodes) if (node.pop === 'us-east-1') Object.assign(node, { qps: 12_000 });
    told.play(20);
    expect(firedBeside(told)).toContain('traffic_above us-east-1');
  });

  it('R9: is silence again when they should have come back', () => {
    const told = redirectStory('pop', ['us-east-0'], { more, pops: ['us-east-0', 'us-east-1', 'us-east-2'] });
    obeyRedirects(told);
    // Of what the nodes usually do a minute of every ten is kept, and three are asked for.
    told.play(1_530);
    slowPop(told, 'us-east-0');
    told.play(40);
    speakAgain(told);
    told.play(130);
    expect(told.all('RedirectEnded')).toHaveLength(1);
    const ended = told.firstS('RedirectEnded') ?? NaN;
    for (const node of told.fleet.nodes) if (node.pop === 'us-east-0') node.silent = true;
    told.play(ended + 119 - told.afterS);
    expect(firedBeside(told)).toEqual([]);
    told.play(20);
    expect(firedBeside(told)).toContain('silent_share us-east-0');
  });

  it('is nothing that the alerts of the others wait for', () => {
    const fleet = ruleOf({
      name: 'fleet_success',
      signal: 'success_rate',
      scopes: ['fleet'],
      comparison: 'below',
      threshold: 99.5,
      windowMs: 10_000,
      severity: 'warning',
    });
    // Two of five regions are a third of the nodes and more.
    const pops = ['asia-0', 'asia-1', 'europe-0', 'us-east-0', 'us-west-0'];
    const told = redirectStory('region', ['asia'], { more: [fleet], pops });
    obeyRedirects(told);
    told.play(10);
    slow(told, ({ region }) => region === 'asia');
    told.play(60);
    expect(told.all('RedirectVerified')).toHaveLength(1);
    const [fired] = told.all('AlertFired').filter(({ rule }) => rule === 'fleet_success');
    expect(told.all('AlertResolved').map(({ alertId }) => alertId)).toContain(fired?.alertId);
  });
});
