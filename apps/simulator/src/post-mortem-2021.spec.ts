import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readCostModelFile } from '#config';
import { event } from '#contracts';
import {
  dollarsLost,
  draftedPostMortem,
  estimateCost,
  type IncidentCost,
  type PostMortem,
  postMortemMarkdown,
  postMortemOf,
  type PostMortemSource,
} from '#domain';
import { DAY } from './day.js';
import { buildFleet } from './fleet.js';
import { playDay2021, sourceOfDay } from './post-mortem-day.fixture.js';

const fleet = buildFleet(48);
const GOLDEN = fileURLToPath(
  new URL('../../../../apps/simulator/src/fixtures/post-mortem-2021.golden', import.meta.url),
);
const COSTS = fileURLToPath(new URL('../../../../costs/outage-2021-07-22.yml', import.meta.url));
const MINUTE_MS = 60_000;
const costOf = ({ incidentId, startedAtMs, resolvedAtMs, peak }: PostMortem): IncidentCost => {
  const model = readCostModelFile(COSTS);
  if (model.config === undefined) throw new Error('no cost model');
  const until = resolvedAtMs ?? startedAtMs;
  const minutes = (until - startedAtMs) / MINUTE_MS;
  return {
    incidentId,
    from: startedAtMs,
    until,
    isOver: true,
    minutes,
    dollarsPerMinute: 0,
    peakDollarsPerMinute: peak.dollarsPerMinute,
    cumulativeDollars: 0,
    tiers: [],
    estimate: estimateCost(model.config, { hours: minutes / 60, minutes, affected_customers: 0, measured_dollars: 0 }),
  };
};

describe('the post-mortem of the day of 2021', () => {
  const day = playDay2021(fleet);
  const firstFailureMs = day.oracle.firstFailureMs() ?? NaN;
  const source = sourceOfDay(day);
  const { events } = source;
  const mortem = postMortemOf(source);
  if (mortem === undefined) throw new Error('no incident opened');
  const markdown = postMortemMarkdown(mortem, costOf(mortem));

  it.each([
    ['R104', 'detected', 30_000],
    ['R104', 'P0 declared', 45_000],
    ['R106', 'deployment halted', 90_000],
    ['R107', 'rollback started', 90_000],
    ['R107', 'rollback effective', 10 * MINUTE_MS],
    ['R108', 'first public status update', 2 * MINUTE_MS],
    ['R109', 'impact assessed', 15_000],
    ['R110', 'half of the customers well', 10 * MINUTE_MS],
    ['R110', '90 % of the customers well', 10 * MINUTE_MS],
    ['R110', 'all servers on the good release', 10 * MINUTE_MS],
    ['R110', 'resolution times at their baseline', 10 * MINUTE_MS],
    ['R111', 'last customer well', 10 * MINUTE_MS],
    ['R111', 'resolved', 10 * MINUTE_MS],
  ])('%s: %s within %d ms of the first failure, and before the study', (row, what, withinMs) => {
    const delay = mortem.study.find((each) => each.row === row && each.what === what);
    const sinceFailureMs = (delay?.oursMs ?? Infinity) + mortem.startedAtMs - firstFailureMs;
    expect(sinceFailureMs).toBeLessThan(withinMs);
    expect(delay?.oursMs ?? Infinity).toBeLessThan(delay?.studyMs ?? 0);
  });

  it('R106: the deployment is halted in the tick of the decision, and what misses its aim says so', () => {
    const halted = mortem.study.find(({ row }) => row === 'R106');
    expect(halted).toMatchObject({ targetMs: 0, targetFrom: 'decision', isHeld: true });
    expect(markdown).toContain('| R106 | deployment halted | 28 min | in the tick of the decision | 3 s |');
    const late = {
      ...mortem,
      study: mortem.study.map((each) => ({ ...each, isHeld: each.row === 'R106' ? false : each.isHeld })),
    };
    expect(postMortemMarkdown(late)).toContain('| in the tick of the decision | 3 s, **missed** |');
  });

  it('R105: no server of the replay falls silent; where a share does, the first alert of presence says when it was known', () => {
    const known = (source: PostMortemSource) =>
      postMortemOf(source)?.study.find(({ what }) => what === 'share of dead servers known')?.oursMs;
    expect(known(source)).toBeNull();
    const [fired] = day.all('AlertFired');
    if (fired === undefined) throw new Error('no alert fired');
    const silent = { ...fired.data, reason: { ...fired.data.reason, signal: 'silent_share', value: 25 } };
    const atMs = mortem.startedAtMs + 40_000;
    const told = { atMs, actor: 'rules', event: event('AlertFired', { ...silent, at: atMs }) };
    expect(known({ ...source, events: [...events, told] })).toBe(40_000);
  });

  it('R111: what is recorded of the end is what happened, counted anew', () => {
    const [resolvedMs = NaN] = day.all('IncidentResolved').map(({ atMs }) => atMs);
    const [opened] = day.all('IncidentOpened');
    const told = [...day.all('IncidentOpened'), ...day.all('IncidentImpactChanged')].map(({ data }) => data);
    const { data } = draftedPostMortem(mortem, { sha256: 'ab'.repeat(32), at: resolvedMs });
    expect(data).toMatchObject({
      at: resolvedMs,
      detectMs: (opened?.data.at ?? NaN) - (opened?.data.onsetAt ?? NaN),
      resolveMs: resolvedMs - (opened?.data.onsetAt ?? NaN),
      mitigateMs: (told.at(-1)?.at ?? NaN) - (opened?.data.onsetAt ?? NaN),
      acknowledgeMs: null,
      peakCustomers: Math.max(...told.map(({ impact }) => impact.affectedCustomers)),
      statusUpdates: 2,
    });
    const money = told.map(({ at, impact }) => ({ at, dollarsPerMinute: impact.dollarsPerMinute }));
    expect(data.cumulativeDollars).toBeCloseTo(dollarsLost(money, resolvedMs), 1);
  });

  it('B21: states of the public follow what is known, and the last one says that it is over', () => {
    expect(mortem.statusUpdates.map(({ state }) => state)).toEqual(['identified', 'resolved']);
    expect(mortem.statusUpdates.map(({ text }) => text).join(' ')).not.toMatch(/v2\.1|c42|edge-|incident|rule/);
  });

  it('R44: says the time to detection beside its target', () => {
    expect(mortem.delays).toMatchObject({ detectTargetMs: 2 * MINUTE_MS, isDetectedInTime: true });
    expect(markdown).toContain('target 2 min, held');
  });

  it('B21: its sections are there, and what is not known is said', () => {
    expect(markdown.match(/^## .+$/gm)).toEqual([
      '## How long it took',
      '## Beside the incident of 22 July 2021',
      '## Whom it hurt',
      '## What it cost',
      '## What caused it',
      '## What automation decided',
      '## Who was called',
      '## What the public was told',
      '## Checked by hand',
      '## What was measured, and what was not',
      '## What is not known',
      '## Timeline',
    ]);
    expect(mortem.notKnown).toContain('Who took it on: nobody acknowledged it.');
  });

  it('B21: who was called is told, with what came of it', () => {
    expect(markdown).not.toContain('No page left.');
    expect(mortem.deliveries.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['trigger', 'escalate', 'status_update', 'resolve']),
    );
  });

  /** Before the first failure. */
  it.each([
    ['R112', /^maintenance dns-update began, planned from 2021-07-22T10:00.* until 2021-07-22T11:30/, '10:00'],
    ['R113', /^rollout rollout-1 began to bring v2\.1\.5/, '11:46'],
    ['R115', /^rollout rollout-1 reached stage batch-2/, '11:46'],
    ['R116', /^stage batch-2 of rollout rollout-1 was measured: \d+ of \d+ fail/, '11:47'],
    ['R117', /^maintenance ended: its time is over/, '11:30'],
  ])('R112-R113, R115-R117: what was done before it is in the timeline: %s', (_row, words, utc) => {
    const line = mortem.timeline.find(({ text }) => words.test(text));
    expect(line?.minute ?? Infinity).toBeLessThan(0);
    // The window has its hours; the replay brings the release a minute before the fault, not an hour and a half.
    expect(new Date(line?.atMs ?? 0).toISOString().slice(11, 16)).toBe(utc);
  });

  it.each([
    ['R118', /^an incident opened/],
    ['R119', /^hurt, by name: .*Delta Air Lines/],
    ['R120', /^hurt, by name: .*(?:UPS|FedEx|American Airlines)/],
    ['R121', /^hurt, by name: .*(?:Fidelity Investments|Charles Schwab)/],
    ['R122', /^hurt, by name: .*(?:PlayStation Network|Steam)/],
    ['R123', /^P0 was declared/],
    ['R125', /^a critical alert of fleet fleet fired: .* tickets/],
    ['R126', /^rollout rollout-1 was halted/],
    ['R127', /^wave 1 was commanded/],
    ['R128', /^status update 1 was published/],
    ['R129', /^hurt, by name: .*(?:BBC|CNN)/],
    ['R130', /^hurt, by name: .*(?:Fidelity Investments|Charles Schwab|Coinbase)/],
    ['R131', /^hurt, by name: .*Emergency services/],
    ['R132', /^route53 is rising/],
    ['R134', /^status update 1 was published .*Asia.*Europe/],
    ['R136', /^hurt, by name: .*HSBC/],
    ['R138', /^hurt, by name: .*Government/],
    ['R140', /^wave 1 is verified/],
    ['R141', /^node .* of wave 1 answered done/],
    ['R142', /^not among the worst hurt any more: .*Delta Air Lines/],
    ['R143', /^a redirect was refused/],
    ['R144', /^route53 is receding/],
    ['R146', /^not among the worst hurt any more: .*(?:PlayStation Network|Steam)/],
    ['R147', /^not among the worst hurt any more: .*(?:Fidelity Investments|Charles Schwab)/],
    ['R148', /^not among the worst hurt any more: .*Delta Air Lines/],
    ['R149', /^not among the worst hurt any more: .*Emergency services/],
    ['R150', /^not among the worst hurt any more: .*HSBC/],
    ['R152', /^the rollback is complete/],
    ['R153', /^the alert is resolved: p99 .*rule resolution_latency_p99/],
    ['R154', /^the alert is resolved: impact score .*rule dashboard_customer_impact_score/],
    ['R157', /^its impact: 0 customers/],
    ['R158', /^the incident is resolved/],
  ])(
    'R118-R123, R125-R132, R134, R136, R138, R140-R144, R146-R150, R152-R154, R157-R158: in the timeline, no later than in the study: %s',
    (row, words) => {
      const minute = mortem.timeline.find(({ text }) => words.test(text))?.minute;
      expect(minute ?? NaN).toBeGreaterThanOrEqual(0);
      expect(minute ?? NaN).toBeLessThanOrEqual(DAY.find((line) => line.row === row)?.minute ?? NaN);
    },
  );

  it.each([
    ['R145', 'half of the customers well'],
    ['R151', '90 % of the customers well'],
  ])('R145, R151: what is a figure is beside the study: %s', (row, what) => {
    const minute = DAY.find((line) => line.row === row)?.minute ?? NaN;
    expect(mortem.study.find((each) => each.what === what)?.oursMs ?? NaN).toBeLessThan(minute * MINUTE_MS);
  });

  it('R139: the peak is at the head of whom it hurt', () => {
    const told = day.all('IncidentImpactChanged').map(({ data }) => data.impact.affectedCustomers);
    expect(markdown).toContain(`At the worst moment ${Math.max(...told)} customers were hurt`);
  });

  it('B21: the Markdown is as it was', () => {
    if (process.env['UPDATE_GOLDEN'] !== undefined) writeFileSync(GOLDEN, markdown);
    expect(markdown).toBe(readFileSync(GOLDEN, 'utf8'));
  });

  it('B21: a hostile name of a customer changes no line of it', () => {
    const name = '</table>|\n# x [y](javascript:z)';
    const hostile = events.map((each) => ({
      ...each,
      event:
        each.event.type === 'IncidentImpactChanged'
          ? event('IncidentImpactChanged', {
              ...each.event.data,
              impact: { ...each.event.data.impact, top: each.event.data.impact.top.map((top) => ({ ...top, name })) },
            })
          : each.event,
    }));
    const changed = postMortemOf({ ...source, events: hostile });
    const lines = changed === undefined ? [] : postMortemMarkdown(changed, costOf(changed)).split('\n');
    expect(lines).toHaveLength(markdown.split('\n').length);
    expect(lines.join('\n')).not.toMatch(/<\/table>|[^\\]\]\(/);
  });
});
