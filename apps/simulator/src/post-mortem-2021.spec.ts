import { readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { readCostModelFile } from '#config';
import { type Event, event } from '#contracts';
import {
  decideStatusUpdates,
  draftedPostMortem,
  estimateCost,
  evolveStatusUpdates,
  type IncidentCost,
  isStatusUpdateEvent,
  NO_STATUS_UPDATES,
  type PostMortem,
  postMortemMarkdown,
  postMortemOf,
  type ReportedEvent,
  type StatusFacts,
  statusFactsOf,
  STATUS_EVERY_MS,
} from '#domain';
import { dayOf2021, struckNodes } from './decisions.fixture.js';
import type { EventTimeDay } from './event-time-day.fixture.js';
import { buildFleet } from './fleet.js';

const fleet = buildFleet(48);
const GOLDEN = fileURLToPath(
  new URL('../../../../apps/simulator/src/fixtures/post-mortem-2021.golden', import.meta.url),
);
const COSTS = fileURLToPath(new URL('../../../../costs/outage-2021-07-22.yml', import.meta.url));
const MINUTE_MS = 60_000;
const LEAD_S = 60;

const playDay = (): EventTimeDay => {
  const day = dayOf2021(fleet, 20_210_722, 50);
  day.play(LEAD_S, 1_000);
  day.corrupt(struckNodes(fleet));
  day.play(60);
  day.playUntil('IncidentResolved', 1_800, 1_000);
  return day;
};

const decidedBy = (event: Event): string => (isStatusUpdateEvent(event) ? 'dispatcher' : 'rules');

/** What a dispatcher tells the public of the day, looking each tick, and all of it in its order. */
const withStatusUpdates = (told: EventTimeDay['told']): readonly ReportedEvent[] => {
  const all: ReportedEvent[] = [];
  let updates = NO_STATUS_UPDATES;
  let facts: StatusFacts | undefined;
  let known = 0;
  let nowMs = told[0]?.atMs ?? 0;
  const endMs = (told.at(-1)?.atMs ?? 0) + 1_000;
  const rest = [...told];
  for (; nowMs <= endMs; nowMs += 250) {
    while (rest[0] !== undefined && rest[0].atMs <= nowMs) {
      const { atMs, event } = rest.shift() ?? rest[0];
      all.push({ atMs, actor: decidedBy(event), event });
    }
    if (all.length > known) facts = statusFactsOf(all.map((each) => each.event));
    known = all.length;
    if (facts === undefined) continue;
    const policy = { mode: 'automatic', everyMs: STATUS_EVERY_MS } as const;
    for (const each of decideStatusUpdates(updates, { facts, hurt: [], fallbackCustomers: 0, policy, nowMs })) {
      if (isStatusUpdateEvent(each)) updates = evolveStatusUpdates(updates, each);
      all.push({ atMs: nowMs, actor: 'dispatcher', event: each });
    }
  }
  return all;
};

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
  const day = playDay();
  const firstFailureMs = day.oracle.firstFailureMs() ?? NaN;
  const events = withStatusUpdates(day.told);
  const mortem = postMortemOf({ events, deliveries: [] });
  if (mortem === undefined) throw new Error('no incident opened');
  const markdown = postMortemMarkdown(mortem, costOf(mortem));

  it.each([
    ['R104', 'detected', 30_000],
    ['R104', 'P0 declared', 45_000],
    ['R105', 'what explains it is known', MINUTE_MS],
    ['R106', 'deployment halted', 90_000],
    ['R107', 'rollback started', 90_000],
    ['R107', 'rollback effective', 10 * MINUTE_MS],
    ['R108', 'first public status update', 2 * MINUTE_MS],
    ['R109', 'impact assessed', 15_000],
    ['R110', 'half of the customers well', 10 * MINUTE_MS],
    ['R110', '90 % of the customers well', 10 * MINUTE_MS],
    ['R110', 'all servers on the good release', 10 * MINUTE_MS],
    ['R111', 'last customer well', 10 * MINUTE_MS],
    ['R111', 'resolved', 10 * MINUTE_MS],
  ])('%s: %s within %d ms of the first failure, and before the study', (row, what, withinMs) => {
    const delay = mortem.study.find((each) => each.row === row && each.what === what);
    const sinceFailureMs = (delay?.oursMs ?? Infinity) + mortem.startedAtMs - firstFailureMs;
    expect(sinceFailureMs).toBeLessThan(withinMs);
    expect(delay?.oursMs ?? Infinity).toBeLessThan(delay?.studyMs ?? 0);
  });

  it('R111: it is drafted at the resolution, with its hash and what it says first', () => {
    const sha256 = createHash('sha256').update(JSON.stringify(mortem)).digest('hex');
    const drafted = draftedPostMortem(mortem, { sha256, at: mortem.resolvedAtMs ?? 0 });
    expect(drafted.data).toMatchObject({ sha256, statusUpdates: mortem.statusUpdates.length });
    expect(drafted.data.resolveMs).toBe(mortem.delays.resolveMs);
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

  it('B21: R112-R159 that a machine can see are in its timeline, sooner than in the study', () => {
    const minuteOf = (words: RegExp) => mortem.timeline.find(({ text }) => words.test(text))?.minute;
    const study = [
      [11, /^P0 was declared/],
      [28, /^rollout .* was halted/],
      [33, /^wave 1 was commanded/],
      [38, /^status update 1 was published/],
      [103, /^wave 1 is verified/],
      [163, /^the rollback is complete/],
      [193, /^the incident is resolved/],
    ] as const;
    for (const [minute, words] of study) expect(minuteOf(words) ?? Infinity).toBeLessThan(minute);
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
    const changed = postMortemOf({ events: hostile, deliveries: [] });
    const lines = changed === undefined ? [] : postMortemMarkdown(changed, costOf(changed)).split('\n');
    expect(lines).toHaveLength(markdown.split('\n').length);
    expect(lines.join('\n')).not.toMatch(/<\/table>|[^\\]\]\(/);
  });
});
