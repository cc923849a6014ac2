import { type Rule, ruleOf, type RuleScope } from '#contracts';
import { EngineStory } from '#testing';

const GOOD = 'v2.1.4+c41';
const BAD = 'v2.1.5+c42';

/** A rule about one part of the fleet. */
const ruleAbout = (component: string, forEach: readonly RuleScope[]): Rule =>
  ruleOf({
    name: `success_of_${component}`,
    signal: 'success_rate',
    scopes: [...forEach],
    comparison: 'below',
    threshold: 99,
    windowMs: 10_000,
    severity: 'critical',
    labels: { component },
    actions: [{ do: 'page', policy: 'default' }],
  });
/** From the end of the path to its beginning, so that no order of files makes it come out. */
const PATH: readonly Rule[] = [
  ruleAbout('anycast', ['fleet']),
  ruleAbout('edge', ['region']),
  ruleAbout('cache', ['fleet']),
  ruleAbout('auth', ['fleet']),
  ruleAbout('deployment', ['release']),
];

describe('the failure path of the study', () => {
  it('R2, R3: one incident, rooted at the deployment; what is downstream is inhibited and pages nobody, and none of it is lost', () => {
    const told = new EngineStory({
      customers: [],
      rules: PATH,
      historyMinutes: 1,
      build: (fleet) => {
        for (let index = 0; index < 8; index += 1)
          fleet.add({ nodeId: `n${index}`, pop: 'iad-1', region: 'us-east', release: index < 3 ? BAD : GOOD });
      },
    });
    told.play(5);
    for (const node of told.fleet.nodes) if (node.release === BAD) Object.assign(node, { failing: 0.77 });
    told.play(20);

    const fired = told.all('AlertFired');
    expect(new Set(fired.map(({ rule }) => rule))).toEqual(new Set(PATH.map(({ name }) => name)));
    const [incident, ...others] = told.all('IncidentOpened');
    expect(others).toEqual([]);
    const joined = told.all('AlertJoinedIncident').map(({ alertId }) => alertId);
    expect(new Set([incident?.alertId, ...joined])).toEqual(new Set(fired.map(({ alertId }) => alertId)));

    const [root] = fired.filter(({ rule }) => rule === 'success_of_deployment');
    const rooted = told.all('IncidentCauseChanged').at(-1)?.alertId ?? incident?.alertId;
    expect(rooted).toBe(root?.alertId);
    const muted = told.all('AlertMuted').filter(({ mute }) => mute.by === 'alert');
    expect(new Set(muted.map(({ alertId }) => alertId))).toEqual(
      new Set(fired.filter(({ rule }) => rule !== 'success_of_deployment').map(({ alertId }) => alertId)),
    );
  });
});
