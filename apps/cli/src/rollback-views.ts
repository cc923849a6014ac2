import { answerOf, listOf } from '#contracts';
import { readAnswer, type Redirect, redirectSeen, type Rollback, rollbackAnswer, rollbacksAnswer } from './answers.js';
import { formatCount, formatTime } from './figures.js';
import { formatTable } from './table.js';

const nameOf = (release: Rollback['from']): string =>
  release === null ? 'unknown' : `${release.softwareVersion}+${release.configRev}`;

const progressOf = ({ waves }: Rollback): string =>
  `${waves.filter(({ status }) => status === 'verified').length} of ${waves.length} waves verified`;

/** `r-1: v2.1.5+c42 to v2.1.4+c41, running, 1 of 3 waves verified`; one that was proposed or asked for has neither releases nor waves yet. */
export const describeRollback = (rollback: Rollback): string => {
  const { rollbackId, status, from, to, waves, because } = rollback;
  const why = because === null ? '' : `; ${because}`;
  const releases = from === null && to === null ? '' : `${nameOf(from)} to ${nameOf(to)}, `;
  const progress = waves.length === 0 ? '' : `, ${progressOf(rollback)}`;
  return `${rollbackId}: ${releases}${status}${progress}${why}`;
};

/** Nodes of a wave that are named: a line's worth. */
const NODES_NAMED = 6;

/** A rollback and each of its waves. */
export const waveLines = (rollback: Rollback): readonly string[] => [
  describeRollback(rollback),
  ...rollback.waves.map(({ wave, status, nodes, because }) => {
    const why = because === null ? '' : `: ${because}`;
    const named = `${nodes.slice(0, NODES_NAMED).join(', ')}${nodes.length > NODES_NAMED ? ', …' : ''}`;
    return `  wave ${wave}: ${status}, ${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'} (${named})${why}`;
  }),
];

const refusalLines = (refusals: Redirect['refusals']): readonly string[] =>
  refusals.map((each) => `  refused by ${each.rail}: ${each.because}`);

/** A redirect, and what refused it. */
export const redirectLines = (redirect: Redirect): readonly string[] => {
  const { redirectId, status, scope, key, nodes, siblings, refusals, because } = redirect;
  const what = key === null ? '' : `: ${nodes.length} nodes of ${scope} ${key} to ${siblings.join(', ')}`;
  const why = because === null ? '' : `; ${because}`;
  return [`${redirectId}${what}, ${status}${why}`, ...refusalLines(refusals)];
};

/** One rollback, for people. */
export const formatRollback = (answer: unknown): readonly string[] => {
  const { rollback } = readAnswer(rollbackAnswer, answer);
  return [...waveLines(rollback), ...refusalLines(rollback.refusals)];
};

/** Rollbacks, for people. */
export const formatRollbacks = (answer: unknown): readonly string[] => {
  const { rollbacks } = readAnswer(rollbacksAnswer, answer);
  const rows = rollbacks.map((each) => [
    each.rollbackId,
    each.status,
    formatTime(each.decidedAt),
    each.incidentId ?? '-',
    nameOf(each.from),
    nameOf(each.to),
    progressOf(each),
    each.because ?? each.refusals.map(({ rail }) => rail).join(', '),
  ]);
  return rows.length === 0
    ? ['nothing was rolled back']
    : formatTable(['rollback', 'status', 'when (UTC)', 'incident', 'from', 'to', 'how far', 'because'], rows);
};

/** One redirect, for people. */
export const formatRedirect = (answer: unknown): readonly string[] =>
  redirectLines(readAnswer(answerOf('redirect', redirectSeen), answer).redirect);

/** Redirects, for people. */
export const formatRedirects = (answer: unknown): readonly string[] => {
  const rows = readAnswer(listOf('redirects', redirectSeen), answer).redirects.map((each) => [
    each.redirectId,
    each.status,
    formatTime(each.decidedAt),
    each.incidentId,
    each.key === null ? '-' : `${each.scope} ${each.key}`,
    formatCount(each.nodes.length),
    each.siblings.join(', '),
    each.because ?? each.refusals.map(({ rail }) => rail).join(', '),
  ]);
  return rows.length === 0
    ? ['no traffic was moved']
    : formatTable(['redirect', 'status', 'when (UTC)', 'incident', 'of', 'nodes', 'to', 'because'], rows);
};
