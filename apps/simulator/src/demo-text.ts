import { REAL_DAY_MINUTES } from './day.js';
import { dayClock, formatDollars, formatSeconds } from './day-lines.js';
import type { Moments } from './day-record.js';
import type { DayKeys } from './day-set-up.js';

/** What is shortened, before anything is played. */
export const openingLines = (verifyMs: number, leadMs: number, isCanary: boolean): readonly string[] => [
  '',
  'The day of the incident, 22 July 2021 (UTC). Quiet hours are told, not waited for; ' +
    `from ${dayClock(-leadMs, 0)} on it is real time.`,
  `Shortened against a real fleet: the release had 77 minutes before it failed, here seconds; a rolled back wave is watched`,
  `for ${verifyMs / 1_000} s, where an operator would choose a minute or more. Nothing else is.`,
  ...(isCanary
    ? [
        'Otherwise than on the day, the release was declared and has the default plan: it stands on one node, the canary.',
      ]
    : []),
  '',
];

/** Where to look, and with which keys, while the fleet is well. */
export const consoleLines = (
  url: string,
  { viewer, onCall }: Pick<DayKeys, 'viewer' | 'onCall'>,
  isAway: boolean,
): readonly string[] => [
  '',
  `  console: ${url}/`,
  `  key of a viewer: ${viewer}`,
  ...(isAway ? [`  key of the engineer on call, who is away: ${onCall}`] : []),
  '',
];

const after = (ms: number | null): string => (ms === null ? 'not reached' : formatSeconds(ms));

/** The day here beside the real day. */
export const resultLines = (moments: Moments): readonly string[] => {
  const row = (what: string, here: string, there: string): string =>
    `  ${what.padEnd(30)}${here.padStart(12)}${there.padStart(12)}`;
  const { paged, halted, rolledBack, recovered } = REAL_DAY_MINUTES;
  return [
    '',
    row('from the first failure', 'here', 'real day'),
    row('detected', after(moments.detectedAfterMs), `${paged} min`),
    row('paged', after(moments.pagedAfterMs), `${paged} min`),
    row('rollback command', after(moments.rollbackCommandAfterMs), `${halted} min`),
    row('rolled back, all verified', after(moments.recoveredAfterMs), `${rolledBack} min`),
    ...(moments.commandedNodes.length === 1 ? [row('commanded', moments.commandedNodes[0] ?? '', '25 %')] : []),
    row('over', after(moments.recoveredAfterMs), `${recovered} min`),
    '',
    `  at its worst ${moments.affectedCustomers} customers were hurt: impact score ${moments.impactScore}, ` +
      `${formatDollars(moments.dollarsPerMinute)} a minute`,
  ];
};

/** Where to look, while it keeps serving. */
export const closingLines = (url: string, logFile: string, viewerKey: string): readonly string[] => [
  '',
  'It goes on serving, and the fleet goes on asking, until Ctrl-C. Look around:',
  '',
  `  export TOCSIN_URL=${url} TOCSIN_KEY=${viewerKey}`,
  '  npm run --silent tocsin -- status',
  '  npm run --silent tocsin -- incident show latest',
  '  npm run --silent tocsin -- tail --after 0',
  `  curl -H "Authorization: Bearer $TOCSIN_KEY" ${url}/v1/incidents`,
  `  log: ${logFile}`,
  '',
];
