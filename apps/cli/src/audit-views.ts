import { z } from 'zod';
import { answerOf, auditedActShape, brokenLinkText, shownActShape, type Verification } from '#contracts';
import { readAnswer } from './answers.js';
import { formatCount, formatTime } from './figures.js';
import { formatTable } from './table.js';

const acts = z.object({ acts: z.array(auditedActShape.omit({ stream: true, version: true, hash: true })) });
type Leaf = z.infer<typeof shownActShape>['changes'][number]['before'];

/** Acts, for people. */
export const formatActs = (answer: unknown): readonly string[] => {
  const rows = readAnswer(acts, answer).acts.map(({ position, recordedAt, actor, cause, audit }) => [
    String(position),
    formatTime(recordedAt),
    actor,
    audit.via,
    cause,
    audit.reason ?? '',
  ]);
  return rows.length === 0
    ? ['nobody did anything']
    : formatTable(['position', 'when (UTC)', 'who', 'by', 'did', 'because'], rows);
};

const valueOf = (value: Leaf): string => (value === null ? '-' : String(value));

/** One act, for people. */
export const formatAct = (answer: unknown): readonly string[] => {
  const { position, stream, version, type, actor, cause, recordedAt, audit, chain, changes, isCut } = readAnswer(
    answerOf('act', shownActShape.omit({ data: true })),
    answer,
  ).act;
  const told: readonly (readonly [string, string | undefined])[] = [
    ['when', formatTime(recordedAt)],
    ['who', audit === null ? actor : `${actor}, ${audit.subject}, with ${audit.keyId}`],
    ['did', cause],
    ['because', audit?.reason],
    ['by', audit === null ? 'no door: it follows from something else' : `${audit.via} ${audit.requestId ?? ''}`],
    ['after', chain.previous ?? 'nothing: it is the first of its stream'],
    ['hash', chain.hash],
  ];
  return [
    `${type}, position ${position}, ${stream}@${version}`,
    ...told.flatMap(([name, text]) => (text === undefined ? [] : [`  ${name.padEnd(8)} ${text}`])),
    '',
    ...(changes.length === 0
      ? ['it changed nothing that is known of the thing']
      : formatTable(
          ['field', 'before', 'after'],
          changes.map(({ field, before, after }) => [field, valueOf(before), valueOf(after)]),
        )),
    ...(isCut ? ['and more: see the event'] : []),
  ];
};

/** What a verification found, for people. */
export const formatVerification = (verification: Verification): readonly string[] => {
  const { status, events, streams, head, keptHeads, broken, isCut, failure } = verification;
  if (status === 'failed') return [`it could not be done: ${failure ?? 'the server says more'}`];
  const compared = `compared with ${formatCount(keptHeads)} heads that were kept elsewhere`;
  return [
    ...broken.map(brokenLinkText),
    ...(isCut ? ['and more'] : []),
    `${formatCount(events)} events in ${formatCount(streams ?? 0)} streams are ${status}; ${compared}`,
    ...(head === null ? [] : [`head ${head.position}:${head.digest}`]),
  ];
};
