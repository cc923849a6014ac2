import { z } from 'zod';
import { auditSchema, brokenLinkText, type Verification } from '#contracts';
import { formatCount, formatTime } from './figures.js';
import { formatTable } from './table.js';

const ofAct = { position: z.number(), actor: z.string(), cause: z.string(), recordedAt: z.number(), type: z.string() };
const acts = z.looseObject({ acts: z.array(z.looseObject({ ...ofAct, audit: auditSchema })) });
const leaf = z.union([z.string(), z.number(), z.boolean()]).nullable();
const shown = z.looseObject({
  act: z.looseObject({
    ...ofAct,
    stream: z.string(),
    version: z.number(),
    audit: auditSchema.nullable(),
    chain: z.looseObject({ previous: z.string().nullable(), hash: z.string() }),
    changes: z.array(z.looseObject({ field: z.string(), before: leaf, after: leaf })),
    isCut: z.boolean(),
  }),
});

/** Acts, for people. */
export const formatActs = (answer: unknown): readonly string[] => {
  const rows = acts
    .parse(answer)
    .acts.map(({ position, recordedAt, actor, cause, audit }) => [
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

const valueOf = (value: z.infer<typeof leaf>): string => (value === null ? '-' : String(value));

/** One act, for people. */
export const formatAct = (answer: unknown): readonly string[] => {
  const { position, stream, version, type, actor, cause, recordedAt, audit, chain, changes, isCut } =
    shown.parse(answer).act;
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
