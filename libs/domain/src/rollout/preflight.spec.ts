import { DEFAULT_PLAN, event, type Event } from '#contracts';
import { PROBE_FAMILIES } from '../probe/probe-families.js';
import type { ReleaseRecord } from '../release/release-record.js';
import { missingItems, type PreflightFacts } from './preflight.js';
import { evolveRollout, isRolloutEvent, type Rollout } from './rollout.js';

const release = { softwareVersion: 'v2', configRev: 'c2' };
const previous = { softwareVersion: 'v1', configRev: 'c1' };
const DAY_MS = 86_400_000;
const AT = 10 * DAY_MS;

const of = { rolloutId: 'ro1', at: 2 };
const declared = event('RolloutDeclared', {
  ...of,
  service: 'dns',
  release,
  previous,
  mode: 'driving',
  plan: DEFAULT_PLAN,
  nodes: [],
  by: 'deploy:ci',
});
const risk = event('RiskAssessed', { ...of, risk: 'low', author: 'Ana', text: 'a parser', by: 'user:ana' });
const impact = event('BlastRadiusComputed', { ...of, stages: [] });
const loadTested = (passed: boolean): Event =>
  event('LoadTested', {
    ...of,
    nodeId: 'n1',
    families: PROBE_FAMILIES.map((family) => ({ family, passed: passed || family !== 'oversized', detail: '' })),
    by: 'prober:p1',
  });

const known: ReleaseRecord = {
  service: 'dns',
  release: previous,
  attested: { goodSinceMs: AT - DAY_MS, nodes: 40, isRollbackSafe: true },
  isRehearsed: true,
  quarantined: undefined,
};

const missing = (events: readonly Event[], facts: Partial<PreflightFacts> = {}): readonly string[] => {
  let rollout: Rollout | undefined;
  for (const each of events) if (isRolloutEvent(each)) rollout = evolveRollout(rollout, each);
  if (rollout === undefined) throw new Error('no rollout');
  return missingItems(rollout, { at: AT, target: known, targets: 100, ...facts }).map(
    ({ item, detail }) => `${item}: ${detail}`,
  );
};

describe('a pre-flight', () => {
  const all = [declared, risk, impact, loadTested(true)];

  it('R49, R50, R51, R64: lacks everything at first', () => {
    expect(missing([declared], { target: undefined })).toEqual([
      'risk: nobody assessed the risk',
      'impact: its impact is not computed yet',
      'target: v1+c1: nobody attested that it runs well',
      'load_test: no load test was told of its first node',
    ]);
  });
  it('R49: is complete with risk, impact, target and load test', () => {
    expect(missing(all)).toEqual([]);
  });
  it('R63: a family that did not pass is missing, until the test is made again', () => {
    const failed = [declared, risk, impact, loadTested(false)];
    expect(missing(failed)).toEqual(['load_test: on n1 did not pass: oversized']);
    expect(missing([...failed, loadTested(true)])).toEqual([]);
  });
  it.each<[string, Partial<ReleaseRecord>, string]>([
    ['in quarantine', { quarantined: { rollbackId: 'r', because: 'bad' } }, 'it is in quarantine: bad'],
    [
      'not safe',
      { attested: { goodSinceMs: 0, nodes: 9, isRollbackSafe: false } },
      'it is attested as not safe to go back to',
    ],
    [
      'young',
      { attested: { goodSinceMs: AT - DAY_MS + 1, nodes: 9, isRollbackSafe: true } },
      'it is good since 23 h (at least 24)',
    ],
    [
      'on two nodes',
      { attested: { goodSinceMs: 0, nodes: 2, isRollbackSafe: true } },
      'it is attested on 2 nodes (at least 3)',
    ],
    ['not rehearsed', { isRehearsed: undefined }, 'nobody rehearsed going back to it'],
    ['rehearsed in vain', { isRehearsed: false }, 'the last rehearsal of it failed'],
  ])('R51: a target that is %s is none', (_, part, detail) => {
    expect(missing(all, { target: { ...known, ...part } })).toEqual([`target: v1+c1: ${detail}`]);
  });
  it('R51: a fleet of one node can attest on one', () => {
    const attested = { goodSinceMs: 0, nodes: 1, isRollbackSafe: true };
    expect(missing(all, { target: { ...known, attested }, targets: 1 })).toEqual([]);
  });
  it('R49: what somebody overrode is not missing', () => {
    const overridden = event('PreflightOverridden', {
      ...of,
      items: ['target', 'load_test'],
      by: 'user:ana',
      comment: 'security fix',
    });
    expect(missing([declared, risk, impact, overridden], { target: undefined })).toEqual([]);
  });
});
