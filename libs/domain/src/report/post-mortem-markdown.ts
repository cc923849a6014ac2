import { TIERS } from '#contracts';
import { durationWords } from '../words/duration-words.js';
import type { CostTable } from './cost.js';
import type { IncidentCost } from './incident-cost.js';
import { markdownBlock, markdownTable, markdownText as text } from './markdown-text.js';
import type { PostMortem } from './post-mortem.js';
import type { TimelineLine } from './post-mortem-timeline.js';

const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 19);
const moment = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
const count = (value: number): string => Math.round(value).toLocaleString('en-US');
const dollars = (value: number): string => String.raw`\$${count(value)}`;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** `3 h 13 min`, `1 min 5.5 s`, `never`. */
const lasted = (ms: number | null): string => (ms === null ? 'never' : durationWords(ms, 'tenth'));

const section = (title: string, lines: readonly string[], none: string): readonly string[] => [
  `## ${title}`,
  '',
  ...(lines.length === 0 ? [none] : lines),
  '',
];

const head = ({ title, incidentId, priority, startedAtMs, resolvedAtMs, rule, scope, key }: PostMortem) => [
  `# Post-mortem: ${text(title)}`,
  '',
  `- Incident: ${text(incidentId)}${priority === null ? '' : `, ${priority}`}`,
  `- From: ${moment(startedAtMs)}`,
  `- Until: ${resolvedAtMs === null ? 'it goes on' : moment(resolvedAtMs)}`,
  `- Found by: rule ${text(rule)}, of ${text(scope.replace('_', ' '))} ${text(key)}`,
  '',
];

const delayLines = ({ delays, peak }: PostMortem): readonly string[] => {
  const { detectMs, detectTargetMs, isDetectedInTime, acknowledgeMs, mitigateMs, resolveMs } = delays;
  const verdict = isDetectedInTime === null ? '' : isDetectedInTime ? ', held' : ', missed';
  const mitigated = peak.affectedCustomers > 0 ? 'nobody hurt any more' : 'rollback complete';
  return markdownTable(
    ['', 'from', 'to', 'took'],
    [
      [
        'TTD',
        'first failure',
        `detected (target ${lasted(detectTargetMs)}${verdict})`,
        detectMs === null ? 'not known' : lasted(detectMs),
      ],
      ['TTA', 'detected', 'acknowledged', lasted(acknowledgeMs)],
      ['TTM', 'first failure', mitigated, lasted(mitigateMs)],
      ['TTR', 'first failure', 'resolved', lasted(resolveMs)],
    ],
  );
};

const studyLines = ({ study }: PostMortem): readonly string[] =>
  markdownTable(
    ['row', 'milestone', 'study of 2021', 'aim', 'here'],
    study.map(({ row, what, studyMs, targetMs, targetFrom, oursMs, isHeld }) => [
      row,
      what,
      lasted(studyMs),
      targetMs === null ? '' : targetFrom === 'decision' ? 'in the tick of the decision' : lasted(targetMs),
      oursMs === null ? 'not seen' : `${lasted(oursMs)}${isHeld === false ? ', **missed**' : ''}`,
    ]),
  );

const customerLines = ({ peak, customers }: PostMortem): readonly string[] => [
  `At the worst moment ${count(peak.affectedCustomers)} customers were hurt: ${TIERS.map((tier) => `${count(peak.byTier[tier])} of ${tier}`).join(', ')}.`,
  '',
  ...(customers.length === 0
    ? []
    : markdownTable(
        ['customer', 'tier', 'failing at worst', 'among the worst for'],
        customers.map(({ name, tier, failing, hurtMs }) => [text(name), tier, percent(failing), lasted(hurtMs)]),
      )),
];

const regionLines = ({ peak: { byRegion = [] } }: PostMortem): readonly string[] =>
  byRegion.length === 0
    ? []
    : [
        '',
        ...markdownTable(
          ['region', 'customers', 'a minute'],
          byRegion.map((each) => [text(each.key), count(each.affectedCustomers), dollars(each.dollarsPerMinute)]),
        ),
      ];

const tableLines = ({ section: name, lines, dollars: sum }: CostTable): readonly (readonly string[])[] => [
  ...lines.map((line) => [text(name), text(line.text), line.dollars === null ? '' : dollars(line.dollars)]),
  ...(sum === null ? [] : [[text(name), '**sum**', `**${dollars(sum)}**`]]),
];

const costLines = (cost: IncidentCost | undefined): readonly string[] => {
  if (cost === undefined) return [];
  const { sections, prevention } = cost.estimate;
  const returned =
    prevention === null || prevention.netPercent === null
      ? []
      : ['', `Prevention returns ${count(prevention.netPercent)} % of what it costs, after its cost.`];
  return [
    '',
    'By the formulas of the cost model, beside what was measured and never added to it:',
    '',
    ...markdownTable(
      ['section', 'line', 'dollars'],
      [...sections.flatMap(tableLines), ...(prevention === null ? [] : tableLines(prevention))],
    ),
    ...returned,
  ];
};

const moneyLines = ({ cumulativeDollars, peakDollarsPerMinute }: PostMortem): string =>
  `Measured: ${dollars(cumulativeDollars)} in all, ${dollars(peakDollarsPerMinute)} a minute at the worst moment.`;

const causeLines = ({ causes }: PostMortem): readonly string[] =>
  causes.map(
    ({ kind, id, verdict, explained, because }, index) =>
      `${index + 1}. ${kind} ${text(id)}: ${verdict.replace('_', ' ')}, explains ${percent(explained)}; ${text(because)}`,
  );

const decisionLines = ({ decisions }: PostMortem): readonly string[] =>
  decisions.map(
    ({ atMs, isRefusal, text: said, count: times }) =>
      `- ${clock(atMs)} ${isRefusal ? '**refused**' : '**did**'}: ${text(said)}${times > 1 ? ` (${times} times)` : ''}`,
  );

/** Rows of the table of pages: what was told of a growing outage is in the timeline as well. */
const PAGES_MAX = 50;

const pageLines = ({ deliveries, acknowledgements }: PostMortem): readonly string[] => {
  const pages = deliveries.filter(({ subject }) => subject === 'page');
  const rows = pages
    .slice(0, PAGES_MAX)
    .map(({ requestedAt, action, channel, person, status, attempts, dedupKey }) => [
      clock(requestedAt),
      action,
      person === null ? text(channel) : `${text(channel)} (${text(person)})`,
      status.replace('_', ' '),
      String(attempts),
      text(dedupKey),
    ]);
  const more = pages.length > PAGES_MAX ? ['', `${pages.length - PAGES_MAX} more.`] : [];
  return [
    ...(rows.length === 0
      ? ['No page left.']
      : markdownTable(['time', 'what', 'to', 'came to', 'attempts', 'key'], rows)),
    ...more,
    '',
    ...(acknowledgements.length === 0 ? ['Nobody acknowledged it.'] : []),
    ...acknowledgements.map(
      ({ atMs, by, note }) => `- ${clock(atMs)} acknowledged by ${text(by)}${note === '' ? '' : `: ${text(note)}`}`,
    ),
  ];
};

const statusLines = ({ statusUpdates }: PostMortem): readonly string[] =>
  statusUpdates.map(
    ({ n, atMs, state, by, text: said }) => `${n}. ${clock(atMs)} ${state}, by ${text(by)}: ${text(said)}`,
  );

const runbookLines = ({ runbookResults }: PostMortem): readonly string[] =>
  runbookResults.flatMap(({ step, atMs, by, output }) => [
    `${clock(atMs)} ${text(step)}, by ${text(by)}:`,
    '',
    ...markdownBlock(output),
    '',
  ]);

const coverageLines = ({ lowestCoverage, unknown }: PostMortem): readonly string[] => [
  lowestCoverage === null
    ? 'No decision says on how much of the fleet it rests.'
    : `Every decision rests on ${percent(lowestCoverage)} of the live nodes or more.`,
  ...(unknown.length === 0 ? [] : ['']),
  ...unknown.map(({ alertIds, fromMs, untilMs, because }) => {
    const which = alertIds.length === 1 ? `alert ${text(alertIds[0] ?? '')}` : `${alertIds.length} alerts`;
    const end = untilMs === null ? 'the end' : clock(untilMs);
    return `- ${clock(fromMs)} to ${end}: ${which} could not be judged, ${text(because)}`;
  }),
];

const timelineLine = ({ atMs, minute, actor, text: said, count: times }: TimelineLine): readonly string[] => [
  String(minute),
  clock(atMs),
  text(actor),
  `${text(said)}${times > 1 ? ` (the last of ${times})` : ''}`,
];

const bullets = (lines: readonly string[]): readonly string[] => lines.map((line) => `- ${text(line)}`);

/** A post-mortem for people; what others chose is shown and does nothing. */
export const postMortemMarkdown = (mortem: PostMortem, cost?: IncidentCost): string => {
  const { timeline, timelineLeftOut } = mortem;
  const more = timelineLeftOut > 0 ? ['', `${timelineLeftOut} more lines are left out.`] : [];
  return [
    ...head(mortem),
    ...section('How long it took', delayLines(mortem), ''),
    ...section('Beside the incident of 22 July 2021', studyLines(mortem), ''),
    ...section('Whom it hurt', [...customerLines(mortem), ...regionLines(mortem)], ''),
    ...section('What it cost', [moneyLines(mortem), ...costLines(cost)], ''),
    ...section('What caused it', causeLines(mortem), 'No change of the last day was compared.'),
    ...section('What automation decided', decisionLines(mortem), 'Nothing.'),
    ...section('Who was called', pageLines(mortem), ''),
    ...section('What the public was told', statusLines(mortem), 'Nothing.'),
    ...section('Checked by hand', runbookLines(mortem), 'Nothing was attached.'),
    ...section('What was measured, and what was not', coverageLines(mortem), ''),
    ...section('What is not known', bullets(mortem.notKnown), 'Nothing that the record could say.'),
    ...section(
      'Timeline',
      [...markdownTable(['minute', 'time (UTC)', 'by', 'what'], timeline.map(timelineLine)), ...more],
      '',
    ),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
};
