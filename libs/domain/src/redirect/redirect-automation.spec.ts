import { event, streamOf } from '#contracts';
import type { EngineStory } from '#testing';
import { commandsOf, heal, obeyRedirects, redirectStory, redirectTypes, slow } from './redirect.fixture.js';

const POP = 'us-east-0';
const switched = (told: EngineStory, isOn: boolean): void =>
  told.tell(streamOf.automation, event('AutomationSwitched', { isOn, by: 'user:ana', comment: 'drill', at: 1 }));
const actionsOf = (told: EngineStory): readonly string[] => commandsOf(told).map(({ action }) => action);

/** A place that becomes slow after ten seconds. */
const slowPlace = (told: EngineStory, seconds: number): void => {
  told.play(10);
  slow(told, ({ pop }) => pop === POP);
  told.play(seconds);
};

describe('what people allow a redirect to do', () => {
  it('RAIL-14: with automation off none is decided, and the rail says who wanted it so', () => {
    const told = redirectStory();
    switched(told, false);
    slowPlace(told, 20);
    expect(told.all('RedirectRefused')).toMatchObject([{ rail: 'kill_switch', because: 'automation is off: drill' }]);
    expect(commandsOf(told)).toEqual([]);
    switched(told, true);
    told.play(2);
    expect(actionsOf(told)).toEqual(['drain']);
  });

  it.each(['observe', 'recommend', 'approve'] as const)('RAIL-15: in mode %s none is decided', (mode) => {
    const told = redirectStory();
    const by = { by: 'user:ana', comment: 'new here', at: 1 };
    told.tell(streamOf.automation, event('AutomationModeSet', { service: 'dns', mode, ...by }));
    slowPlace(told, 20);
    expect(told.all('RedirectRefused')).toMatchObject([
      { rail: 'mode', because: `the mode of dns is ${mode} (auto acts)` },
    ]);
    expect(commandsOf(told)).toEqual([]);
  });

  it('RAIL-14: a place that is away when automation is switched off stays away until it is on again', () => {
    const told = redirectStory();
    obeyRedirects(told);
    slowPlace(told, 20);
    expect(actionsOf(told)).toEqual(['drain']);
    switched(told, false);
    heal(told);
    for (const node of told.fleet.nodes) node.silent = false;
    told.play(300);
    expect(actionsOf(told)).toEqual(['drain']);
    switched(told, true);
    told.play(2);
    expect(actionsOf(told)).toEqual(['drain', 'resume']);
    expect(redirectTypes(told).at(-1)).toMatch(/^Redirect(Commanded|Answered|Ended)$/);
  });

  it('RAIL-14: what goes wrong meanwhile calls a person, though nothing may be commanded', () => {
    const told = redirectStory();
    slowPlace(told, 20);
    switched(told, false);
    // Nobody answers the drain.
    told.play(125);
    expect(told.all('IncidentEscalated')).toMatchObject([{ to: 'vp', redirect: { step: 'drain' } }]);
    expect(actionsOf(told)).toEqual(['drain']);
    switched(told, true);
    told.play(1);
    expect(actionsOf(told)).toEqual(['drain', 'resume']);
  });
});
