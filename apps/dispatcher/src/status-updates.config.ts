import { z } from 'zod';
import { DURATION_EXPECTED, readDuration } from '#contracts';
import { STATUS_EVERY_MS, type StatusPolicy } from '#domain';

/** Shorter, and an update would be due again before it could be called overdue. */
const STATUS_EVERY_MS_MIN = 300_000;

const statusEvery = z.string().transform((text, context): number => {
  const everyMs = readDuration(text);
  if (everyMs !== undefined && everyMs >= STATUS_EVERY_MS_MIN) return everyMs;
  const message = everyMs === undefined ? DURATION_EXPECTED : 'expected five minutes at least';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** What is told to the public, as settings. */
export const statusSettings = {
  /** Who publishes it. Unset: a person, where a status channel is configured; where none is nothing is drafted. */
  STATUS_UPDATES: z.enum(['off', 'review', 'automatic']).optional(),
  /** From one update to the next. */
  STATUS_UPDATE_EVERY: statusEvery.default(STATUS_EVERY_MS),
} as const;

/** Who publishes, and how often; undefined: the public is told nothing. */
export const statusPolicyOf = (
  { STATUS_UPDATES, STATUS_UPDATE_EVERY }: z.infer<z.ZodObject<typeof statusSettings>>,
  hasStatusChannel: boolean,
): StatusPolicy | undefined => {
  const mode = STATUS_UPDATES ?? (hasStatusChannel ? 'review' : 'off');
  return mode === 'off' ? undefined : { mode, everyMs: STATUS_UPDATE_EVERY };
};
