import { z } from 'zod';
import { formatCount, formatTime } from './figures.js';
import { formatTable } from './table.js';

const statusUpdate = z.looseObject({
  incidentId: z.string(),
  n: z.number(),
  status: z.string(),
  update: z.looseObject({ state: z.string(), title: z.string(), text: z.string(), workaround: z.string() }),
  affectedCustomers: z.number(),
  publishBy: z.number(),
  publishedAt: z.number().nullable(),
  settledBy: z.string().nullable(),
});

const statusUpdates = z.looseObject({
  schedule: z.looseObject({ state: z.string(), isOverdue: z.boolean(), because: z.string().nullable() }).optional(),
  statusUpdate: statusUpdate.optional(),
  statusUpdates: z.array(statusUpdate).optional(),
});

const scheduleLines = ({ schedule }: z.infer<typeof statusUpdates>): readonly string[] => {
  if (schedule === undefined) return [];
  const why = schedule.because === null ? '' : `: ${schedule.because}`;
  return [`the public: ${schedule.state}${schedule.isOverdue ? ', overdue' : ''}${why}`];
};

/** Status updates as a table. */
export const formatStatusUpdates = (answer: unknown): readonly string[] => {
  const read = statusUpdates.parse(answer);
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
  return [...scheduleLines(read), ...formatTable(names, rows)];
};

/** Status updates with what the public reads. */
export const formatStatusTexts = (answer: unknown): readonly string[] => {
  const read = statusUpdates.parse(answer);
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

const runbook = z.looseObject({
  runbook: z.looseObject({
    incidentId: z.string(),
    steps: z.array(
      z.looseObject({
        step: z.string(),
        what: z.string(),
        command: z.string(),
        means: z.array(z.looseObject({ answer: z.string(), meaning: z.string() })),
        results: z.array(z.looseObject({ by: z.string(), at: z.number(), output: z.string() })),
      }),
    ),
  }),
});

/** A runbook: each command, what its answers mean, and what was attached. */
export const formatRunbook = (answer: unknown): readonly string[] =>
  runbook
    .parse(answer)
    .runbook.steps.flatMap(({ step, what, command, means, results }) => [
      '',
      `${step}: ${what}`,
      `  ${command === '' ? '(nothing of the incident fits into a command)' : command}`,
      ...means.map(({ answer: said, meaning }) => `  - ${said}: ${meaning}`),
      ...results.flatMap(({ by, at, output }) => [
        `  attached ${formatTime(at)} by ${by}:`,
        ...output.split('\n').map((line) => `    ${line}`),
      ]),
    ]);
