import fc from 'fast-check';
import { readYamlFiles } from '#config';
import { ruleEntrySchema, ruleFileSchema, ruleOf, type RuleSet } from '#contracts';
import { writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileRules } from './compile.js';
import { durationMs, durationText } from './duration.js';
import { unmatchedPatterns } from './unmatched.js';

const directory = mkdtempSync(join(tmpdir(), 'rule-language-'));
const read = (...texts: readonly string[]) => {
  const paths = texts.map((text, index) => {
    const path = join(directory, `${'abc'[index]}.yml`);
    writeFileSync(path, text);
    return path;
  });
  return readYamlFiles(paths, ruleFileSchema, compileRules);
};
const problemsOf = (...texts: readonly string[]): readonly string[] =>
  (read(...texts).problems ?? []).map((problem) => problem.replaceAll(`${directory}/`, ''));
/** The first lines: place and message. */
const saidOf = (...texts: readonly string[]): readonly string[] =>
  problemsOf(...texts).map((problem) => problem.split('\n')[0] ?? '');
const setOf = (text: string): RuleSet => {
  const { merged, problems } = read(text);
  if (merged === undefined) throw new Error(problems.join('\n'));
  return merged.ruleSet;
};
const rule = (changes: Readonly<Record<string, unknown>> = {}): string => {
  const entry = { alert: 'a', signal: 'success_rate', window: '1m', fires: '< 99 %', severity: 'critical', ...changes };
  return `rules:\n  - ${Object.entries(entry)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join('\n    ')}\n`;
};

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
      'actions.0: expected page, page: <policy>, escalate: vp, roll_back, halt, redirect_traffic, fall_back or status_update',
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

describe('an objective', () => {
  const slo = (text: string, rest = '') => `slos:\n  - { name: dns, slo: ${text}${rest} }\n`;

  it('becomes the four pairs of the workbook', () => {
    const rules = setOf(slo('99.95 % over 30d', ', for_each: [release], min_outcomes: 500')).rules;
    expect(
      rules.map(({ name, threshold, windowMs, shortWindowMs, severity, actions }) => [
        name,
        threshold,
        durationText(windowMs),
        durationText(shortWindowMs ?? 0),
        severity,
        actions.length,
      ]),
    ).toEqual([
      ['dns_burn_1h', 14.4, '1h', '5m', 'critical', 1],
      ['dns_burn_6h', 6, '6h', '30m', 'critical', 1],
      ['dns_burn_1d', 3, '1d', '2h', 'warning', 0],
      ['dns_burn_3d', 1, '3d', '6h', 'warning', 0],
    ]);
    for (const each of rules)
      expect(each).toMatchObject({ signal: 'burn_rate', objective: 0.9995, scopes: ['release'], outcomesMin: 500 });
  });

  it('never fires on what it allows, however short its period', () => {
    expect(setOf(slo('99.9 % over 7d')).rules.map(({ threshold }) => threshold)).toEqual([3.36, 1.4, 1, 1]);
  });

  it.each([
    ['100 % over 30d', 'slo: an objective lies above 0 % and below 100 %: it leaves a budget'],
    ['99 % over 3d', 'slo: a period is 7d to 90d long'],
    ['99 %', 'slo: expected an objective such as 99.95 % over 30d'],
  ])('%s is wrong', (text, said) => {
    expect(saidOf(slo(text))).toEqual([expect.stringMatching(new RegExp(`^a\\.yml:2:\\d+: slos\\.0\\.${said}$`))]);
  });

  it('is watched for what has minutes, and for nothing else', () => {
    expect(saidOf(slo('99 % over 30d', ', for_each: [customer]'))).toEqual([
      expect.stringMatching(
        /slos\.0\.for_each\.0: an objective cannot be watched for customer; it can for fleet, region, release, release_region$/,
      ),
    ]);
  });

  it('has no room for the name of another rule', () => {
    expect(saidOf(`${rule({ alert: 'dns_burn_1h' })}${slo('99 % over 30d')}`)).toEqual([
      'a.yml:8:13: slos.0.name: there is a rule dns_burn_1h already, in a.yml',
    ]);
  });
});

describe('a selector that fits nothing', () => {
  const catalogue = {
    nodes: [{ nodeId: 'n1', pop: 'iad1', region: 'us-east' }],
    customers: [{ customerId: 'delta', name: 'Delta', tier: 'tier1' as const, critical: false }],
  };

  it('is found in rules and maintenance; releases come and go, so nothing is said about them', () => {
    const where = { region: ['us-*', 'eu-*'], release: 'v9*' };
    const text = `${rule({ for_each: ['node'], where })}maintenance: [{name: m, zone: UTC, days: [mon], starts: "02:00", duration: 1h, where: {rule: [a, b*], customer: ups}}]\n`;
    expect(unmatchedPatterns(setOf(text), catalogue)).toEqual([
      { of: { section: 'rules', name: 'a' }, label: 'region', pattern: 'eu-*' },
      { of: { section: 'maintenance', name: 'm' }, label: 'rule', pattern: 'b*' },
      { of: { section: 'maintenance', name: 'm' }, label: 'customer', pattern: 'ups' },
    ]);
  });
});
