import { z } from 'zod';
import { signedCommandSchema } from '../command.js';
import { count } from './answer.js';

/** A batch that was taken; sent again with the same numbers it counts once. */
const batchTaken = z.object({ nodeId: z.string(), agentBootId: z.string(), seq: count, outcomes: count });
const mappedTaken = z.object({
  accepted: count,
  skipped: count,
  rejected: count,
  reasons: z.array(z.object({ line: count, code: z.string(), detail: z.string() })),
});

/** What became of outcomes: of one batch, or of the records of another producer. */
export const outcomesTakenAnswer = z.union([batchTaken, mappedTaken]);
/** What became of a batch of probes. */
export const probesTakenAnswer = batchTaken;
/** How many reports of nodes were taken. */
export const reportsTakenAnswer = z.object({ reports: count });
/** The kind of signal that was taken. */
export const signalTakenAnswer = z.object({ signal: z.string() });
/** How many tickets were counted. */
export const ticketsTakenAnswer = z.object({ tickets: count });
/** Commands for a node, and the generation to ask behind next time. */
export const nodeCommandsAnswer = z.object({ commands: z.array(signedCommandSchema), after: count });

/** What became of the alerts of a webhook of Alertmanager. */
export const webhookTakenAnswer = z.object({
  accepted: count,
  refused: z.array(z.string()).describe('Why the first of those that were refused were'),
  truncated: count.optional().describe('How many the sender left out'),
});

const texts = z.record(z.string(), z.string());
/** An open alert in the words of Alertmanager. */
export const gettableAlertShape = z
  .object({
    labels: texts,
    annotations: texts,
    fingerprint: z.string(),
    receivers: z.array(z.object({ name: z.string() })),
    startsAt: z.string(),
    updatedAt: z.string(),
    endsAt: z.string(),
    status: z.object({
      state: z.enum(['active', 'suppressed']),
      silencedBy: z.array(z.string()),
      inhibitedBy: z.array(z.string()),
    }),
    generatorURL: z.string().optional(),
  })
  .meta({ id: 'GettableAlert' });

/** That somebody answers, in the words of Alertmanager. */
export const alertmanagerStatusAnswer = z.object({
  cluster: z.object({ status: z.string(), peers: z.array(z.unknown()) }),
  versionInfo: texts,
  config: z.object({ original: z.string() }),
  uptime: z.string(),
});
/** A refusal in the words of Alertmanager. */
export const alertmanagerRefusalAnswer = z.union([z.string(), z.object({ code: z.number(), message: z.string() })]);

/** An event that was taken, in the words of PagerDuty. */
export const enqueuedAnswer = z.object({
  status: z.literal('success'),
  message: z.string(),
  dedup_key: z.string().optional(),
});
/** A refusal in the words of PagerDuty. */
export const enqueueRefusalAnswer = z.object({
  status: z.string(),
  message: z.string(),
  errors: z.array(z.string()).optional(),
});

/** Whether something was done about what a receiver of pages told, and what. */
export const callbackTakenAnswer = z.object({ taken: z.boolean(), because: z.string() });
/** What whoever pressed a button in Slack reads there. */
export const slackPressAnswer = z.object({
  response_type: z.string().optional(),
  replace_original: z.boolean().optional(),
  text: z.string().optional(),
});
/** The same, or the proof that Slack asks for once. */
export const slackEventAnswer = z.union([callbackTakenAnswer, z.object({ challenge: z.string() })]);
