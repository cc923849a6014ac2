import { z } from 'zod';
import { answerOf, incidentUpdatesAnswer, runbookShape, statusUpdateShape } from '#contracts';
import { readAnswer } from './answers.js';
import { formatCount, formatTime } from './figures.js';
import { formatTable } from './table.js';

const { state, title, text, workaround } = statusUpdateShape.shape.update.shape;

const seen = statusUpdateShape
  .pick({
    incidentId: true,
    n: true,
    status: true,
    affectedCustomers: true,
    publishBy: true,
    publishedAt: true,
    settledBy: true,
  })
  .extend({ update: z.object({ state, title, text, workaround }) });

/** Of an incident with its schedule, of all incidents, or the one that was acted on. */
const statusUpdates = z.object({
  schedule: incidentUpdatesAnswer.shape.schedule.pick({ state: true, isOverdue: true, because: true }).optional(),
  statusUpdate: seen.optional(),
  statusUpdates: z.array(seen).optional(),
});

const scheduleLines = ({ schedule }: z.infer<typeof statusUpdates>): readonly string[] => {
  if (schedule === undefined) return [];
  const why = schedule.because === null ? '' : `: ${schedule.because}`;
  return [`the public: ${schedule.state}${schedule.isOverdue ? ', overdue' : ''}${why}`];
};

/** Status updates as a table. */
export const formatStatusUpdates = (answer: unknown): readonly string[] => {
  const read = readAnswer(statusUpdates, answer);
  const all = read.statusUpdates ?? (read.statusUpdate === undefined ? [] : [read.statusUpdate]);
  const rows = all.map(({ incidentId, n, status, update, affectedCustomers, publishBy, publishedAt, settledBy }) => [
    incidentId,
    String(n),
    status,
    update.state,
    formatCount(affectedCustomers),
    formatTime(publishBy),
    publishedAt === null ? '-' : formatTime(publishedAt),
    settledBy ?? '',
  ]);
  const names = ['incident', 'n', 'status', 'state', 'customers', 'due (UTC)', 'published (UTC)', 'by'];
  return [...scheduleLines(read), ...(rows.length === 0 ? ['the public was told nothing'] : formatTable(names, rows))];
};

/** Status updates with what the public reads. */
export const formatStatusTexts = (answer: unknown): readonly string[] => {
  const read = readAnswer(statusUpdates, answer);
  const all = read.statusUpdates ?? [];
  return [
    ...scheduleLines(read),
    ...all.flatMap(({ n, status, update: { title, state, text, workaround } }) => [
      '',
      `${n}. ${status}, ${state}: ${title}`,
      `   ${text}`,
      ...(workaround === '' ? [] : [`   ${workaround}`]),
    ]),
  ];
};

/** A runbook: each command, what its answers mean, and what was attached. */
export const formatRunbook = (answer: unknown): readonly string[] =>
  readAnswer(answerOf('runbook', runbookShape), answer).runbook.steps.flatMap(
    ({ step, what, command, means, results }) => [
      '',
      `${step}: ${what}`,
      `  ${command === '' ? '(nothing of the incident fits into a command)' : command}`,
      ...means.map(({ answer: said, meaning }) => `  - ${said}: ${meaning}`),
      ...results.flatMap(({ by, at, output }) => [
        `  attached ${formatTime(at)} by ${by}:`,
        ...output.split('\n').map((line) => `    ${line}`),
      ]),
    ],
  );
