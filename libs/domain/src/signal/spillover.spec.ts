import { event, type Impact, type Reason, type SpilloverSignal } from '#contracts';
import { EngineStory, given } from '#testing';
import { evolveIncident, type Incident } from '../incident/incident.js';
import { decideSpillover } from '../incident/spillover.decide.js';
import { decodeTick, encodeTick } from '../window/tick-codec.js';
import { SPILLOVER_KNOWN_MS, SPILLOVER_PROVIDERS_MAX, Spillovers } from './spillover.js';

const at = (time: string): number => Date.parse(`2021-07-22T${time}:00Z`);
const signalAt = (time: string, provider: string, ratio: number, stalePerSecond?: number): SpilloverSignal => ({
  type: 'spillover',
  provider,
  queriesPerSecond: 2_000 * ratio,
  usualPerSecond: 2_000,
  ...(stalePerSecond === undefined ? {} : { stalePerSecond }),
  atUs: at(time) * 1_000,
});
const impact: Impact = {
  affectedCustomers: 0,
  byTier: { tier1: 0, tier2: 0, tier3: 0 },
  score: 0,
  dollarsPerMinute: 0,
  top: [],
};
const opened = event('IncidentOpened', {
  incidentId: 'i1',
  title: 'T',
  severity: 'critical',
  alertId: 'a1',
  rule: 'r',
  scope: 'fleet',
  key: 'fleet',
  reason: { rule: 'r', signal: 's', text: 't' } as Reason,
  impact,
  at: at('11:47'),
});
const tells =
  (time: string, provider: string, ratio: number, stalePerSecond?: number) => (incident: Incident | undefined) =>
    incident === undefined ? [] : decideSpillover(incident, signalAt(time, provider, ratio, stalePerSecond), at(time));
const observed = (
  time: string,
  provider: string,
  level: 'rising' | 'receding',
  ratio: number,
  because: string,
  staleShare = 0,
) =>
  event('SpilloverObserved', {
    incidentId: 'i1',
    provider,
    level,
    ratio,
    staleShare,
    because,
    observedAtUs: at(time) * 1_000,
    at: at(time),
  });
const ROUTE53 = observed('12:45', 'route53', 'rising', 4, 'queries +300 % (8000 a second, usually 2000)');

describe('spillover', () => {
  it('R8: Route 53 with +300 % at 12:45 goes to the open incident once, and again as it recedes at 13:50', () => {
    given(evolveIncident, opened)
      .when(tells('12:45', 'route53', 4))
      .thenEvents(ROUTE53);
    given(evolveIncident, opened, ROUTE53)
      .when(tells('12:46', 'route53', 9))
      .thenNothing();
    given(evolveIncident, opened, ROUTE53)
      .when(tells('13:40', 'route53', 2.6))
      .thenNothing();
    const receding = observed('13:50', 'route53', 'receding', 1.5, 'queries +50 % (3000 a second, usually 2000)');
    given(evolveIncident, opened, ROUTE53)
      .when(tells('13:50', 'route53', 1.5))
      .thenEvents(receding);
    given(evolveIncident, opened, ROUTE53, receding)
      .when(tells('13:51', 'route53', 1))
      .thenNothing();
    given(evolveIncident, opened, ROUTE53, receding)
      .when(tells('13:52', 'route53', 5))
      .thenNothing();
  });

  it('R8: stale answers at 8.8.8.8 at 12:00 are told at usual traffic, less than 1 % and a busy hour are not', () => {
    given(evolveIncident, opened)
      .when(tells('12:00', 'google', 1, 40))
      .thenEvents(
        observed(
          '12:00',
          'google',
          'rising',
          1,
          'queries +0 % (2000 a second, usually 2000), 2.0 % stale answers',
          0.02,
        ),
      );
    given(evolveIncident, opened)
      .when(tells('12:00', 'google', 1, 19))
      .thenNothing();
    given(evolveIncident, opened)
      .when(tells('12:00', 'cloudflare', 1.9))
      .thenNothing();
    given(evolveIncident, opened)
      .when(tells('12:00', 'cloudflare', 0))
      .thenNothing();
  });

  it('R8: a resolved incident is told nothing, and one incident of 16 providers at most', () => {
    const resolved = event('IncidentResolved', { incidentId: 'i1', because: 'over', at: at('13:00') });
    given(evolveIncident, opened, resolved)
      .when(tells('13:50', 'route53', 4))
      .thenNothing();
    const many = Array.from({ length: SPILLOVER_PROVIDERS_MAX }, (_unused, index) =>
      observed('12:00', `p${index}`, 'rising', 4, 'x'),
    );
    given(evolveIncident, opened, ...many)
      .when(tells('12:45', 'route53', 4))
      .thenNothing();
  });

  it('R8: what is known is news for five minutes, of 16 providers, neither older nor from the future', () => {
    const known = new Spillovers();
    known.apply(signalAt('12:45', 'route53', 4));
    expect(known.at(at('12:45') + SPILLOVER_KNOWN_MS)).toHaveLength(1);
    expect(known.at(at('12:45') + SPILLOVER_KNOWN_MS + 1)).toEqual([]);
    expect(known.at(at('12:39'))).toEqual([]);
    for (let index = 0; index < 40; index += 1) known.apply(signalAt('12:45', `p${index}`, 4));
    expect(known.at(at('12:45'))).toHaveLength(SPILLOVER_PROVIDERS_MAX);
    expect(known.at(at('12:45')).map(({ provider }) => provider)).not.toContain('route53');
  });
});

const BAD = 'v2.1.5+c42';
const story = (): EngineStory =>
  new EngineStory({
    customers: [],
    build: (fleet) => {
      for (let index = 0; index < 8; index += 1)
        fleet.add({ nodeId: `n${index}`, pop: 'p', region: 'europe', release: index < 4 ? BAD : 'v2.1.4+c41' });
    },
  });
/** The story begins at 11:47. */
const tell = ({ fleet, afterS }: EngineStory, provider: string, ratio: number): void => {
  fleet.signals.push({ ...signalAt('11:47', provider, ratio), atUs: at('11:47') * 1_000 + afterS * 1_000_000 });
};
const fail = ({ fleet }: EngineStory, failing: number): void => {
  for (const node of fleet.nodes) if (node.release === BAD) node.failing = failing;
};

describe('spillover and the rules', () => {
  it('R8: a tick carries it to the rules as it was sent', () => {
    const signals = [signalAt('12:00', 'google', 1, 40)];
    const place = { topic: 'telemetry.signals', partition: 0, incarnation: 1, tick: 7, nextOffset: 1 } as const;
    const tick = { ...place, slots: [], nodes: [], reports: [], signals };
    expect(decodeTick(encodeTick(tick))).toMatchObject({ signals });
  });

  it('R8: however much it is, it opens no incident and no alert and rolls nothing back', () => {
    const told = story();
    for (let minute = 0; minute < 5; minute += 1) {
      for (const provider of ['route53', 'google', 'cloudflare']) tell(told, provider, 1_000);
      told.play(60);
    }
    expect(told.told).toEqual([]);
  });

  it('R8: an incident that opens within five minutes cites what was known, and a restart tells nothing twice', () => {
    const told = story();
    tell(told, 'route53', 4);
    told.play(30);
    fail(told, 0.77);
    told.play(60);
    expect(told.all('SpilloverObserved')).toMatchObject([{ provider: 'route53', level: 'rising', ratio: 4 }]);
    expect(told.firstS('SpilloverObserved')).toBe(told.firstS('IncidentOpened'));
    told.restart();
    told.play(20);
    expect(told.all('SpilloverObserved')).toHaveLength(1);
  });

  it('R8: with it or without it the same is decided at the same moments', () => {
    const decisions = (isTold: boolean) => {
      const told = story();
      if (isTold) for (const provider of ['route53', 'google']) tell(told, provider, 12);
      fail(told, 0.77);
      told.play(90);
      return told.told.filter(({ event: { type } }) => type !== 'SpilloverObserved');
    };
    expect(decisions(true)).toEqual(decisions(false));
    expect(decisions(false).map(({ event: { type } }) => type)).toContain('IncidentOpened');
  });
});
