import { event, streamOf } from '#contracts';
import type { EngineStory } from '#testing';
import { commandsOf, heal, obeyRedirects, redirectStory, redirectTypes, slow } from './redirect.fixture.js';

const POP = 'us-east-0';

const slowPop = (told: EngineStory): void => {
  told.play(10);
  slow(told, ({ pop }) => pop === POP);
  told.play(10);
};

/** Every alert is over, as after a change of the rules. */
const endAlerts = (told: EngineStory): void => {
  for (const { alertId, reason } of told.all('AlertFired'))
    if (!told.all('AlertResolved').some((each) => each.alertId === alertId))
      told.tell(streamOf.alert(alertId), event('AlertResolved', { alertId, reason, at: reason.tick * 250 }));
};

const speak = (told: EngineStory): void => {
  for (const node of told.fleet.nodes) node.silent = false;
};

describe('a redirect that needs a person', () => {
  it('a place that did not come back keeps its incident open, and each trouble calls somebody', () => {
    const told = redirectStory();
    // The nodes leave, and do not come back.
    obeyRedirects(told, ({ action }) => action === 'drain');
    slowPop(told);
    told.play(15);
    slow(told, ({ region }) => region === 'us-east');
    told.play(160);
    const [{ redirectId } = { redirectId: '' }] = told.all('RedirectDecided');
    expect(told.all('IncidentEscalated')).toMatchObject([
      { to: 'vp', redirect: { redirectId, step: 'drain' }, because: expect.stringContaining('the siblings suffer') },
      {
        to: 'vp',
        redirect: { redirectId, step: 'resume' },
        because: expect.stringMatching(/3 of 3 nodes did not answer within 120 s; bring its nodes back by hand/),
      },
    ]);
    heal(told);
    told.play(30);
    endAlerts(told);
    told.restart();
    told.play(5);
    expect(redirectTypes(told).at(-1)).toBe('RedirectStopped');
    expect(told.all('IncidentResolved')).toEqual([]);
    // A person brought them back.
    speak(told);
    told.play(40);
    expect(told.all('RedirectEnded')).toMatchObject([{ because: '3 of 3 nodes answer clients' }]);
    endAlerts(told);
    told.play(1);
    expect(told.all('IncidentResolved').length).toBeGreaterThan(0);
  });

  it('a place that nobody asks for ten minutes is told of once, with what to do, and who is on call is called', () => {
    const told = redirectStory();
    obeyRedirects(told);
    slowPop(told);
    told.play(590);
    expect(told.all('RedirectWaiting')).toEqual([]);
    told.play(30);
    told.restart();
    told.play(10);
    expect(told.all('RedirectWaiting')).toMatchObject([
      { because: expect.stringContaining('away for 10 min, and not known to be well: 0 of 3 nodes answered well') },
    ]);
    expect(told.all('IncidentEscalated')).toMatchObject([
      { to: 'on_call', redirect: { step: 'wait' }, because: expect.stringContaining('probe its nodes') },
    ]);
    // It waits on, and comes back when it is shown to be well.
    heal(told);
    speak(told);
    told.play(130);
    expect(redirectTypes(told).at(-1)).toBe('RedirectEnded');
  });

  it('what still times out for more than one query in a hundred does not come back, however well it answers else', () => {
    const told = redirectStory();
    obeyRedirects(told);
    slowPop(told);
    told.play(40);
    // What is left of its traffic: 96 % are answered.
    speak(told);
    told.play(160);
    expect(redirectTypes(told).at(-1)).toBe('RedirectVerified');
    expect(commandsOf(told).map(({ action }) => action)).toEqual(['drain']);
    heal(told);
    told.play(130);
    expect(commandsOf(told).map(({ action }) => action)).toEqual(['drain', 'resume']);
  });
});
