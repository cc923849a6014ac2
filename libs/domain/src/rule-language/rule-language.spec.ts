import fc from 'fast-check';
import { ruleEntrySchema, ruleOf } from '#contracts';
import { compileRules } from './compile.js';
import { durationMs, durationText } from './duration.js';
import { problemsOf, rule, saidOf, setOf } from './written-rule.fixture.js';

describe('a rule that is written', () => {
  it('has the defaults of the contract for what it leaves out', () => {
    const base = { name: 'a', signal: 'success_rate', comparison: 'below', threshold: 99, windowMs: 60_000 } as const;
    expect(setOf(rule()).rules).toEqual([ruleOf({ ...base, severity: 'critical' })]);
  });

  it('says everything that a rule can say', () => {
    const text = rule({
      for_each: ['region', 'node'],
      where: { region: ['eu-*', 'us-east'] },
      clears: '>= 99.2 %',
      confidence: '99.9 %',
      min_outcomes: 200,
      min_failures: 5,
      fast_path: true,
      for: '1h30m',
      keep_firing_for: 0,
      no_data: 'fire',
      labels: { team: 'edge' },
      annotations: { summary: '{{ value }} at {{subject}}' },
      runbook: 'https://runbooks.example/a',
      actions: ['page', { page: 'default' }, { escalate: 'vp' }, 'halt'],
    });
    expect(setOf(text).rules).toEqual([
      {
        name: 'a',
        signal: 'success_rate',
        scopes: ['region', 'node'],
        where: { region: ['eu-*', 'us-east'] },
        comparison: 'below',
        threshold: 99,
        clearThreshold: 99.2,
        windowMs: 60_000,
        confidence: 0.999,
        outcomesMin: 200,
        failuresMin: 5,
        fastPath: true,
        forMs: 5_400_000,
        keepFiringForMs: 0,
        noData: 'fire',
        severity: 'critical',
        labels: { team: 'edge' },
        annotations: { summary: '{{value}} at {{subject}}' },
        runbook: 'https://runbooks.example/a',
        actions: [
          { do: 'page', policy: 'default' },
          { do: 'page', policy: 'default' },
          { do: 'escalate', to: 'vp' },
          { do: 'halt' },
        ],
      },
    ]);
  });

  it('reads durations as Prometheus writes them, and back', () => {
    expect(['1h30m', '90s', '250ms', '1d', '2w', '1y', '0'].map((text) => durationMs(text))).toEqual([
      5_400_000, 90_000, 250, 86_400_000, 1_209_600_000, 31_536_000_000, 0,
    ]);
    fc.assert(fc.property(fc.nat(), (ms) => durationMs(durationText(ms)) === ms));
    for (const wrong of ['5', '1m1h', '1m1m', '1.5h', '', '-1m', '1 m', 5])
      expect([wrong, saidOf(rule({ for: wrong }))]).toEqual([wrong, [expect.stringContaining('expected a duration')]]);
  });

  it('is what was written, whatever the values', () => {
    const hundredths = fc.integer({ min: 1, max: 9_999 }).map((value) => value / 100);
    const entry = fc.record(
      {
        fires: hundredths.map((value) => `< ${value} %`),
        window: fc.integer({ min: 1, max: 300 }).map((seconds) => durationText(seconds * 1_000)),
        for: fc.nat(1e9).map(durationText),
        keep_firing_for: fc.nat(1e9).map(durationText),
        confidence: fc.integer({ min: 0, max: 99 }).map((percent) => `${percent} %`),
        min_outcomes: fc.nat(),
        no_data: fc.constantFrom('unknown', 'fire', 'ignore'),
        where: fc.record({ region: fc.array(fc.constantFrom('a', 'b*'), { minLength: 1 }) }),
        for_each: fc.constantFrom(['region'], ['node', 'region'], ['release_region']),
      },
      { requiredKeys: ['fires', 'window', 'for_each'] },
    );
    fc.assert(
      fc.property(entry, (changes) => {
        const written = { alert: 'a', signal: 'success_rate', severity: 'warning', ...changes };
        const { ruleSet, problems } = compileRules([{ name: '', value: { rules: [written] } }]);
        expect([ruleEntrySchema.safeParse(written).success, problems]).toEqual([true, []]);
        expect(ruleSet.rules).toEqual([
          ruleOf({
            name: 'a',
            signal: 'success_rate',
            severity: 'warning',
            comparison: 'below',
            threshold: Number.parseFloat(changes.fires.slice(2)),
            windowMs: durationMs(changes.window),
            scopes: changes.for_each as ['region'],
            ...(changes.for && { forMs: durationMs(changes.for) }),
            ...(changes.keep_firing_for && { keepFiringForMs: durationMs(changes.keep_firing_for) }),
            ...(changes.confidence && { confidence: Number.parseInt(changes.confidence, 10) / 100 }),
            ...(changes.min_outcomes !== undefined && { outcomesMin: changes.min_outcomes }),
            ...(changes.no_data && { noData: changes.no_data }),
            ...(changes.where && { where: changes.where }),
          }),
        ]);
      }),
    );
  });
});

describe('a rule that was recorded', () => {
  it('is read though the language takes it no more: a server starts with what it recorded', () => {
    const base = { name: 'a', signal: 'burn_rate', comparison: 'above', threshold: 2 } as const;
    for (const objective of [0, 1])
      expect(ruleOf({ ...base, objective, windowMs: 60_000, severity: 'warning' })).toMatchObject({ objective });
  });
});

describe('what is wrong with a rule', () => {
  const SCOPES = 'fleet, region, pop, node, release, release_region, customer';
  it.each([
    ['an unknown signal', { signal: 'sucess_rate' }, 'signal: there is no sucess_rate; did you mean success_rate?'],
    ['an unknown scope', { for_each: ['planet'] }, `for_each.0: there is no planet: expected ${SCOPES}`],
    [
      'a scope of another signal',
      { signal: 'support_tickets', fires: '> 9 /min', for_each: ['node'] },
      'for_each.0: support_tickets cannot be read for node; it can for fleet',
    ],
    [
      'latency of a PoP',
      { signal: 'latency', percentile: 99, fires: '> 5 s', for_each: ['fleet', 'pop'] },
      'for_each.1: latency cannot be read for pop; it can for fleet, region, release, release_region',
    ],
    [
      'more restarts of a node than are remembered',
      { signal: 'restart_loops', fires: '> 8', for_each: ['fleet', 'node'], actions: [] },
      'fires: restart_loops of a node is 8 at most: it would never fire',
    ],
    ['a scope twice', { for_each: ['pop', 'pop'] }, 'for_each.1: pop comes twice'],
    ['another unit', { fires: '< 99 ms' }, 'fires: success_rate is in %, not ms'],
    ['no unit', { fires: '< 99' }, 'fires: success_rate is in %, not a bare number'],
    ['no condition', { fires: 'often' }, 'fires: expected < or > and a value, such as "< 99 %" or "> 100 ms"'],
    [
      'a clear condition without =',
      { clears: '> 99 %' },
      'clears: expected >= or <= and a value, such as ">= 99.2 %" or "<= 80 ms"',
    ],
    ['a window above its bound', { window: '6m' }, 'window: success_rate is kept for 5m at most'],
    [
      'a window of half a slot',
      { window: '1500ms' },
      'window: must be whole seconds, at least 1s: slots are a second long',
    ],
    ['no window', { window: undefined }, 'window: is missing'],
    [
      'a clear condition that fires',
      { clears: '>= 98 %' },
      'clears: 98 % still fires (< 99 %): it would be clear and firing at once',
    ],
    [
      'a clear condition to the same side',
      { clears: '<= 99.5 %' },
      'clears: must begin with >=: it is the other side of fires: "< 99 %"',
    ],
    [
      'a fast path of a rule that waits for more',
      { fires: '< 95 %', fast_path: true },
      'fast_path: the rule allows 5 % failing, the sequential test alarms above 1.97 %',
    ],
    [
      'a page of a warning',
      { severity: 'warning', actions: ['page'] },
      'actions.0: a warning opens no incident: make it critical, or leave page out',
    ],
    [
      'an action of a warning',
      { severity: 'warning', actions: ['redirect_traffic'] },
      'actions.0: a warning opens no incident: make it critical, or leave redirect_traffic out',
    ],
    [
      'an objective that leaves no budget',
      { signal: 'burn_rate', objective: '0 %', fires: '> 2 x', window: '1h' },
      'objective: must be above 0 % and below 100 %',
    ],
    [
      'an objective without any room',
      { signal: 'burn_rate', objective: '100 %', fires: '> 2 x', window: '1h' },
      'objective: must be above 0 % and below 100 %',
    ],
    [
      'absence of a release for longer than it is remembered',
      {
        signal: 'burn_rate',
        objective: '99 %',
        fires: '> 2 x',
        window: '1h',
        for_each: ['fleet', 'release'],
        no_data: 'fire',
      },
      'no_data: a release of which nothing is heard is forgotten after 5m: over 1h its absence would never fire',
    ],
    [
      'a component that the topology lacks',
      { labels: { component: 'cahce' } },
      'labels.component: there is no part cahce; did you mean cache?',
    ],
    [
      'a page policy that is not there',
      { severity: 'critical', actions: [{ page: 'night' }] },
      'actions.0: there is no page policy night; there is default',
    ],
    [
      'a fast path of latency',
      { signal: 'latency', percentile: 95, fires: '> 1 s', fast_path: true },
      'fast_path: the sequential test finds low success_rate and high failure_rate only',
    ],
    ['a parameter of another signal', { percentile: 95 }, 'percentile: means nothing to success_rate; leave it out'],
    [
      'a placeholder that does not exist',
      { annotations: { summary: 'at {{ vlaue }}' } },
      'annotations.summary: there is no placeholder {{ vlaue }}: there are value, threshold, subject, window, detail; did you mean value?',
    ],
    ['a placeholder left open', { annotations: { a: '{{ value' } }, 'annotations.a: a placeholder {{ is not closed'],
    [
      'a label that no selector has',
      { where: { regoin: 'x' } },
      'where.regoin: there is no such key; did you mean region?',
    ],
    [
      'a selector of labels that its scopes lack',
      { for_each: ['fleet', 'release'], where: { region: 'x' } },
      'where: no fleet and no release has the labels region: it would never fit',
    ],
    ['a key that does not exist', { sevrity: 'x' }, 'sevrity: there is no such key; did you mean severity?'],
    [
      'a rollback without a place',
      { actions: ['roll_back'] },
      'actions: roll_back: a has no place in rollback_triggers, which say what is asked first',
    ],
    [
      'an action that does not exist',
      { actions: ['pag'] },
      'actions.0: expected page, page: <policy>, escalate: vp, roll_back, halt, redirect_traffic, fall_back, fall_back: {dry_run: false} or status_update',
    ],
    [
      'a runbook that is no address',
      { runbook: 'wiki' },
      'runbook: expected an address such as https://runbooks.example/dns',
    ],
  ])('%s', (_what, changes, said) => {
    const found = saidOf(rule(changes));
    expect(found).toHaveLength(1);
    expect(found[0]?.replace(/^a\.yml:\d+:\d+: rules\.0\./, '')).toBe(said);
  });

  it('of an objective: with a caret under it', () => {
    const text = rule({ signal: 'burn_rate', objective: '100 %', fires: '> 2 x', window: '1h' });
    expect(problemsOf(text)).toEqual([
      'a.yml:7:16: rules.0.objective: must be above 0 % and below 100 %\n        objective: "100 %"\n                   ^',
    ]);
  });

  it('of latency: its percentile is missing, told at the rule', () => {
    expect(saidOf(rule({ signal: 'latency', fires: '> 1 s' }))).toEqual([
      'a.yml:2:5: rules.0: latency needs percentile',
    ]);
  });

  it('is told all at once, in the order of the files, with a caret', () => {
    const text = rule({ signal: 'succes_rate', window: '10 m', annotations: { a: '{{ x }}' } });
    expect(problemsOf(text, rule({ alert: 'b', fires: '< 99 ms', window: '10m' }))).toEqual([
      'a.yml:3:13: rules.0.signal: there is no succes_rate; did you mean success_rate?\n        signal: "succes_rate"\n                ^',
      'a.yml:4:13: rules.0.window: expected a duration such as 30s, 2m or 1h30m\n        window: "10 m"\n                ^',
      expect.stringMatching(/^a\.yml:7:23: rules\.0\.annotations\.a: there is no placeholder/),
      expect.stringMatching(/^b\.yml:4:13: rules\.0\.window: success_rate is kept for 5m at most\n/),
      expect.stringMatching(/^b\.yml:5:12: rules\.0\.fires: success_rate is in %, not ms\n/),
    ]);
  });

  it.each([
    [{ severity: 'warning' }, 'a is a warning: it rolls nothing back until it is critical'],
    [{ for_each: ['pop', 'node'] }, 'a is for each pop and node: a rollback needs fleet, release, release_region'],
  ])('a trigger that would never roll back, %j, is told', (changes, said) => {
    expect(saidOf(`${rule(changes)}rollback_triggers: [a]\n`)).toEqual([
      expect.stringMatching(new RegExp(`rollback_triggers\\.0: ${said}$`)),
    ]);
  });

  it('impact that cannot be is told, and not replaced by the defaults', () => {
    for (const share of ['0 %', '100 %'])
      expect(saidOf(`impact: { affected_above: ${share}, weights: { tier1: 9, tier2: 1, tier3: 1 } }\n`)).toEqual([
        'a.yml:1:27: impact.affected_above: must be above 0 % and below 100 %',
      ]);
  });

  it('a name that comes twice is told with the other file; triggers and impact are told once', () => {
    const sections = 'rollback_triggers: [a, b]\nimpact: { affected_above: 2 % }\n';
    expect(saidOf(`${rule()}${sections}`, `${rule()}${sections}`)).toEqual([
      'a.yml:7:24: rollback_triggers.1: there is no rule b; did you mean a?',
      'b.yml:2:12: rules.0.alert: there is a rule a already, in a.yml',
      'b.yml:7:20: rollback_triggers: are told in a.yml already: they have one order',
      'b.yml:8:9: impact: is told in a.yml already',
    ]);
  });
});

describe('maintenance', () => {
  const window = (changes: object) =>
    `maintenance: [${JSON.stringify({ name: 'm', zone: 'Europe/Berlin', days: ['thu'], starts: '10:00', duration: '90m', ...changes })}]`;

  it('is written as people say it', () => {
    const { maintenance } = setOf(window({ where: { rule: 'a*' }, breakthrough: { success_below: '90 %' } }));
    expect(maintenance).toEqual([
      {
        name: 'm',
        where: { rule: ['a*'] },
        timeZone: 'Europe/Berlin',
        days: ['thu'],
        startsAt: '10:00',
        durationMs: 5_400_000,
        breakthrough: { successBelow: 90, impactAbove: 100 },
      },
    ]);
  });

  it.each([
    [{ zone: 'Mars/Olympus' }, 'maintenance.0.zone: no such time zone'],
    [{ duration: '25h' }, 'maintenance.0.duration: must be above 0 and at most 24h'],
    [{ date: '2021-07-22' }, 'maintenance.0: needs either days or a date'],
    [{ starts: '25:00' }, 'maintenance.0.starts: expected a time of day such as "02:30"'],
    [{ where: { rle: 'a' } }, 'maintenance.0.where.rle: there is no such key; did you mean rule?'],
  ])('%j is wrong', (changes, said) => {
    expect(saidOf(window(changes)).map((line) => line.replace(/^a\.yml:\d+:\d+: /, ''))).toEqual([said]);
  });
});
