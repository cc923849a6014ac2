import type { FleetAlert, FleetRollout, NodeRow } from './fleet-document.js';
import { completenessOf, popsShown, presenceOf, serverNow } from './presence.js';
import { releasesTold } from './releases.js';

const NOW = Date.UTC(2021, 6, 22, 11, 58);
const iso = (ageMs: number): string => new Date(NOW - ageMs).toISOString();

const node = (nodeId: string, told: Partial<NodeRow> = {}): NodeRow => ({
  nodeId,
  pop: 'iad',
  region: 'us-east',
  lastEventAt: iso(1_000),
  counted: 100,
  published: 100,
  late: 0,
  rejected: 0,
  gap: 0,
  difference: 0,
  ...told,
});

describe('a node', () => {
  const of = (rule: string, state: FleetAlert['state'] = 'firing') => ({ rule, state });
  it.each([
    [iso(1_000), [], 'heard', 'heard'],
    [iso(1_000), [of('node_crash_loop')], 'alert', 'node crash loop'],
    [iso(60_000), [], 'quiet', 'nothing counted for 1 min'],
    [iso(60_000), [of('outage_budget')], 'quiet', 'nothing counted for 1 min'],
    [iso(60_000), [of('node_silent')], 'silent', 'no telemetry for 1 min'],
    [iso(60_000), [of('node_outage', 'unknown')], 'silent', 'no telemetry for 1 min'],
    [iso(1_000), [of('node_silent', 'recovering')], 'alert', 'node silent, recovering'],
    [iso(60_000), [of('node_silent', 'recovering')], 'quiet', 'nothing counted for 1 min'],
    [null, [], 'never heard', 'never heard'],
  ])('last heard %s, with the alerts %j, is %s', (lastEventAt, alerts, word, text) => {
    expect(presenceOf({ lastEventAt }, alerts, NOW)).toMatchObject({ word, text });
  });

  it('is judged by the clock of Tocsin, however wrong that of the browser is', () => {
    const live = { health: { asOf: iso(0) }, heardAt: NOW + 3_600_000 };
    expect(serverNow(NOW + 3_602_000, live)).toBe(NOW + 2_000);
    expect(serverNow(NOW, { health: null, heardAt: null })).toBe(NOW);
  });

  it('says whether all of it was counted, where it says how much it was', () => {
    expect(
      [node('a'), node('a', { difference: 3 }), node('a', { difference: -2 }), node('a', { published: null })].map(
        completenessOf,
      ),
    ).toEqual(['complete', '3 in no term', '2 counted twice', 'it does not say']);
  });
});

describe('PoPs', () => {
  const nodes = [
    node('iad-1'),
    node('iad-2', { gap: 7 }),
    node('fra-1', { pop: 'fra', region: 'europe', lastEventAt: iso(60_000) }),
    node('sin-1', { pop: 'sin', region: 'asia', lastEventAt: iso(60_000), gap: null }),
  ];
  const silent = new Map([['sin-1', [{ rule: 'node_silent', state: 'firing' as const }]]]);
  const presences = new Map(nodes.map((each) => [each.nodeId, presenceOf(each, silent.get(each.nodeId) ?? [], NOW)]));
  const minute = [{ key: 'iad', good: 999, bad: 1 }];

  it('are healthy, without telemetry, or nothing was counted of them, and these are three things', () => {
    expect(popsShown(nodes, presences, minute, new Map()).map(({ pop, text, heard }) => [pop, text, heard])).toEqual([
      ['sin', 'no telemetry', 0],
      ['fra', 'nothing counted', 0],
      ['iad', 'well', 2],
    ]);
  });

  it('sum what never arrived, unless that of a node is not known', () => {
    expect(popsShown(nodes, presences, minute, new Map()).map(({ pop, missing }) => [pop, missing])).toEqual([
      ['sin', null],
      ['fra', 0],
      ['iad', 7],
    ]);
  });

  it('run what the rollouts brought', () => {
    const releases = new Map([
      ['iad-1', 'v2+c2'],
      ['iad-2', 'v1+c1'],
      ['fra-1', 'v1+c1'],
    ]);
    const shown = popsShown(nodes, presences, minute, releases);
    expect(shown.find(({ pop }) => pop === 'iad')?.releases).toEqual([
      ['v2+c2', 1],
      ['v1+c1', 1],
    ]);
    expect(shown.find(({ pop }) => pop === 'sin')?.releases).toEqual([]);
  });
});

describe('what nodes run', () => {
  const release = (softwareVersion: string) => ({ softwareVersion, configRev: 'c1' });
  const rollout = (told: Partial<FleetRollout>): FleetRollout => ({
    rolloutId: 'r',
    service: 'dns',
    release: release('v2'),
    previous: release('v1'),
    nodes: ['a', 'b', 'c'],
    stages: [{ nodes: ['a', 'b'] }],
    rollback: null,
    ...told,
  });

  it('is the release where its stage was reached, and what was before it elsewhere', () => {
    expect([...releasesTold([rollout({})])]).toEqual([
      ['a', 'v2+c1'],
      ['b', 'v2+c1'],
      ['c', 'v1+c1'],
    ]);
  });

  it('is what a verified wave brought back, and of several rollouts what the newest says', () => {
    const rollback = {
      to: release('v1'),
      waves: [
        { status: 'verified' as const, nodes: ['a'] },
        { status: 'commanded' as const, nodes: ['b'] },
      ],
    };
    const newer = rollout({ rolloutId: 'n', release: release('v3'), nodes: ['c'], stages: [{ nodes: ['c'] }] });
    expect([...releasesTold([newer, rollout({ rollback })])]).toEqual([
      ['a', 'v1+c1'],
      ['b', 'v2+c1'],
      ['c', 'v3+c1'],
    ]);
  });
});
