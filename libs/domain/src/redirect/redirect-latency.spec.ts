import type { EngineStory } from '#testing';
import { commandsOf, heal, obeyRedirects, redirectStory, redirectTypes, slow } from './redirect.fixture.js';

// Of five regions with three nodes each: without one, 80 % of the fleet serve.
const POPS = ['asia-0', 'europe-0', 'us-east-0', 'us-west-0', 'africa-0'];

const slowStory = (): EngineStory => redirectStory('region', ['asia'], { pops: POPS });

const slowRegion = (told: EngineStory): void => {
  told.play(10);
  slow(told, ({ region }) => region === 'asia');
  told.play(10);
};

const speak = (told: EngineStory): void => {
  for (const node of told.fleet.nodes) node.silent = false;
};

describe('a region whose p99 is above 5 s', () => {
  it('R25: is moved to the healthy regions, verified, and brought back when its p99 is well again, not before', () => {
    const told = slowStory();
    obeyRedirects(told);
    slowRegion(told);
    told.play(40);
    expect(told.all('RedirectDecided')).toMatchObject([
      {
        scope: 'region',
        key: 'asia',
        siblings: ['africa', 'europe', 'us-east', 'us-west'],
        trigger: { signal: 'latency', value: null, threshold: 5_000, text: expect.stringContaining('p99 timeout') },
      },
    ]);
    expect(commandsOf(told)).toMatchObject([{ action: 'drain', audience: ['asia-0-n0', 'asia-0-n1', 'asia-0-n2'] }]);
    expect(redirectTypes(told).at(-1)).toBe('RedirectVerified');
    // 96 % of what is left of its traffic is answered: enough for a success rate, and a p99 of timeouts.
    speak(told);
    told.play(160);
    expect(redirectTypes(told).at(-1)).toBe('RedirectVerified');
    heal(told);
    told.play(130);
    expect(redirectTypes(told).at(-1)).toBe('RedirectEnded');
    expect(told.all('IncidentEscalated')).toEqual([]);
  });

  it('R25: is not moved for one slow machine, though its p99 is a timeout', () => {
    const told = slowStory();
    told.play(10);
    slow(told, ({ nodeId }) => nodeId === 'asia-0-n0');
    told.play(20);
    expect(told.all('AlertFired')).toMatchObject([{ key: 'asia', reason: { signal: 'latency' } }]);
    expect(told.all('RedirectRefused').map(({ rail }) => rail)).toEqual(['minimum_evidence']);
  });

  it('R25: is not moved where every region is slow', () => {
    const told = slowStory();
    told.play(10);
    slow(told, () => true);
    told.play(20);
    expect(told.all('RedirectRefused').map(({ rail }) => rail)).toEqual(['siblings', 'capacity']);
  });

  it('R25: gets its traffic back when the other regions suffer, and a person is called', () => {
    const told = slowStory();
    obeyRedirects(told);
    slowRegion(told);
    told.play(15);
    slow(told, () => true);
    told.play(60);
    expect(commandsOf(told).map(({ action }) => action)).toEqual(['drain', 'resume']);
    expect(told.all('RedirectEnded')).toHaveLength(1);
    expect(told.all('IncidentEscalated')).toMatchObject([{ to: 'vp', redirect: { step: 'drain' } }]);
  });

  it('R25: that does not come back as commanded is stopped, and a person is called again', () => {
    const told = slowStory();
    obeyRedirects(told, ({ action }) => action === 'drain');
    slowRegion(told);
    told.play(15);
    slow(told, () => true);
    told.play(160);
    expect(redirectTypes(told).at(-1)).toBe('RedirectStopped');
    expect(told.all('IncidentEscalated').map(({ redirect }) => redirect?.step)).toEqual(['drain', 'resume']);
  });
});
