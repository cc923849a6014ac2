import { event, type EventType, type RuleAction, ruleOf, streamOf } from '#contracts';
import { EngineStory, ORIGIN_MS, type StoryOptions } from '#testing';
import { DEFAULT_RULES } from '#testing';

const GOOD = 'v2.1.4+c41';
const BAD = 'v2.1.5+c42';

const impactRule = (actions: readonly RuleAction[], threshold = 50) =>
  ruleOf({
    name: 'impact',
    signal: 'customer_impact',
    comparison: 'above',
    threshold,
    windowMs: 60_000,
    severity: 'critical',
    actions: [...actions],
  });

/** Six nodes in each of two regions, three tier-1 customers; a third of the nodes runs another release. */
const story = (options: Partial<StoryOptions> = {}): EngineStory =>
  new EngineStory({
    customers: ['a', 'b', 'c'].map((customerId) => ({ customerId, name: customerId, tier: 'tier1', critical: false })),
    settings: { verifyMs: 10_000 },
    build: (fleet) => {
      for (const region of ['us-east', 'europe'])
        for (let index = 0; index < 6; index += 1)
          fleet.add({
            nodeId: `${region}-n${index}`,
            pop: `${region}-${Math.floor(index / 3)}`,
            region,
            release: index < 2 ? BAD : GOOD,
          });
    },
    ...options,
  });

const deploySignal = (told: EngineStory, rolloutId: string, service: string, softwareVersion = 'v2.1.5'): void =>
  void told.fleet.signals.push({
    type: 'deploy',
    rolloutId,
    service,
    release: { softwareVersion, configRev: 'c42' },
    previous: { softwareVersion: 'v2.1.4', configRev: 'c41' },
    stage: 'batch-1',
    nodes: told.fleet.nodes.filter(({ release }) => release === BAD).map(({ nodeId }) => nodeId),
    atUs: 0,
  });

const fail = (told: EngineStory, failing = 0.77): void => {
  for (const node of told.fleet.nodes) if (node.release === BAD) Object.assign(node, { failing });
};

const outage = (options: Partial<StoryOptions> = {}): EngineStory => {
  const told = story(options);
  told.play(10);
  fail(told);
  return told.play(20);
};

const toldAt = (told: EngineStory, type: EventType): readonly number[] =>
  told.told.filter(({ event }) => event.type === type).map(({ afterS }) => afterS);

describe('what rules do when they fire', () => {
  it('R48, R104: P0 is declared in the tick in which the incident opens, once, with the rule that says so', () => {
    const told = outage();
    expect(told.all('IncidentDeclared')).toMatchObject([{ priority: 'P0' }]);
    expect(told.all('IncidentDeclared')[0]?.because).toMatch(/^critical rule \w+: /);
    expect(toldAt(told, 'IncidentDeclared')).toEqual(toldAt(told, 'IncidentOpened'));
    // The study took 11 minutes; 45 s is the target.
    expect(toldAt(told, 'IncidentDeclared')[0]).toBeLessThan(10 + 45);
  });

  it('R48: a machine that is silent pages, and is no P0', () => {
    const told = story();
    told.play(10);
    for (const node of told.fleet.nodes.slice(0, 1)) node.silent = true;
    told.play(90);
    expect(told.all('IncidentDeclared')).toEqual([]);
  });

  it('R44: the opening says when it began, to the second, and that is soon enough', () => {
    const told = story();
    told.play(10);
    fail(told);
    told.play(60);
    const [opened] = told.all('IncidentOpened');
    expect(opened?.onsetAt).toBe(ORIGIN_MS + 10_000);
    expect((opened?.at ?? NaN) - (opened?.onsetAt ?? NaN)).toBeLessThan(2_000);
  });

  it('R24: the VP is called in the tick in which the impact rule fires, once for an incident', () => {
    const told = outage({ rules: [...DEFAULT_RULES, impactRule([{ do: 'escalate', to: 'vp' }])] });
    const fired = told.told.find(({ event }) => event.type === 'AlertFired' && event.data.rule === 'impact');
    expect(told.all('IncidentEscalated')).toMatchObject([{ to: 'vp' }]);
    expect(toldAt(told, 'IncidentEscalated')).toEqual([fired?.afterS]);
    expect(told.all('IncidentEscalated')[0]?.because).toMatch(
      /^impact score 300 > 50 over 1m; 3 customers, \$150000 a/,
    );
  });

  it('R24: whoever silenced the rule is not overridden by its call of the VP; when the silence is over it calls', () => {
    const told = story({ rules: [...DEFAULT_RULES, impactRule([{ do: 'escalate', to: 'vp' }])] });
    told.tell(
      streamOf.silence('s1'),
      event('SilenceCreated', {
        silenceId: 's1',
        where: { rule: ['impact'] },
        startsAtMs: ORIGIN_MS,
        endsAtMs: ORIGIN_MS + 30_000,
        by: 'user:ana',
        comment: 'known',
        at: ORIGIN_MS - 3_000,
      }),
    );
    told.play(10);
    fail(told);
    told.play(18);
    expect(told.all('AlertFired').map(({ rule }) => rule)).toContain('impact');
    expect(told.all('IncidentEscalated')).toEqual([]);
    told.play(5);
    expect(told.all('IncidentEscalated')).toMatchObject([{ to: 'vp' }]);
  });

  it('R26: a rollback is of the service that brought the release, not of one that names another alike later', () => {
    const told = story();
    deploySignal(told, 'dns-1', 'dns');
    told.play(5);
    deploySignal(told, 'cdn-1', 'cdn');
    for (const signal of told.fleet.signals) if (signal.type === 'deploy') signal.nodes.splice(0, Infinity, 'cdn-n1');
    told.play(5);
    fail(told);
    told.play(20);
    expect(told.all('RollbackDecided')).toMatchObject([{ service: 'dns', rolloutId: 'dns-1' }]);
  });

  it('B9: whatever a rule measures may call the VP: the action is of the rule, not of the signal', () => {
    const rules = DEFAULT_RULES.map((rule) =>
      rule.name === 'dns_resolution_success_rate'
        ? { ...rule, actions: [{ do: 'escalate' as const, to: 'vp' as const }] }
        : rule,
    );
    const told = outage({ rules });
    expect(told.all('IncidentEscalated')).toHaveLength(1);
    expect(told.all('IncidentEscalated')[0]?.because).toMatch(/customers, \$\d+ a minute$/);
  });

  it('R41: a rule that halts freezes every rollout in the tick in which it fires', () => {
    const told = story({ rules: [{ ...impactRule([{ do: 'halt' }]), severity: 'warning' }] });
    deploySignal(told, 'dns-1', 'dns');
    deploySignal(told, 'cdn-1', 'cdn', 'v9');
    told.play(10);
    fail(told);
    told.play(10);
    const halted = told.all('RolloutHalted');
    expect(halted.map(({ rolloutId }) => rolloutId).toSorted()).toEqual(['cdn-1', 'dns-1']);
    expect(halted[0]?.at).toBe(told.all('AlertFired')[0]?.at);
  });

  it('R41: a rollout that begins while the rule fires is frozen as well', () => {
    const told = story({ rules: [impactRule([{ do: 'halt' }])] });
    told.play(10);
    fail(told);
    told.play(10);
    deploySignal(told, 'late', 'dns');
    told.play(1);
    expect(told.all('RolloutHalted')).toMatchObject([{ rolloutId: 'late' }]);
    expect(toldAt(told, 'RolloutHalted')).toEqual(toldAt(told, 'RolloutStarted'));
  });

  it('asks for a status update and for another provider, once each, with who is hurt', () => {
    const told = outage({ rules: [impactRule([{ do: 'status_update' }, { do: 'fall_back' }])] });
    expect(told.all('StatusUpdateRequested')).toMatchObject([{ impact: { affectedCustomers: 3 } }]);
    expect(told.all('FallBackRequested')).toMatchObject([{ impact: { dollarsPerMinute: 150_000 } }]);
  });

  it('does nothing a second time after a restart', () => {
    const rules = [impactRule([{ do: 'escalate', to: 'vp' }, { do: 'status_update' }, { do: 'halt' }])];
    const told = outage({ rules });
    const before = told.told.length;
    told.restart();
    told.play(5);
    expect(told.told.slice(before).map(({ event }) => event.type)).not.toContain('IncidentEscalated');
    expect(told.all('StatusUpdateRequested')).toHaveLength(1);
  });
});
