import { z } from 'zod';
import { newSilenceSchema } from '#contracts';

/** A silence as GraphQL is asked for it. Times are ms since the epoch, a duration is ms. */
export interface SilenceAsked {
  readonly where: readonly { readonly label: string; readonly patterns: readonly string[] }[];
  readonly startsAt?: number | null;
  readonly endsAt?: number | null;
  readonly duration?: number | null;
}

/** The same with the times as REST names them. */
export const silenceOf = <T extends SilenceAsked>({ startsAt, endsAt, duration, ...asked }: T) => ({
  ...asked,
  startsAtMs: startsAt,
  endsAtMs: endsAt,
  durationMs: duration,
});

type Selected = SilenceAsked['where'][number];

const isOnce = (where: readonly Selected[]): boolean => new Set(where.map(({ label }) => label)).size === where.length;

/** REST has labels by name, so each is there once. Of two with one name the last would be left here, and more muted than was asked for. */
export const silenceAskedSchema = z
  .looseObject({ where: z.array(z.custom<Selected>()).refine(isOnce, 'expected each label once') })
  .transform(({ where, ...asked }) => ({
    ...asked,
    where: Object.fromEntries(where.map(({ label, patterns }) => [label, patterns])),
  }))
  .pipe(newSilenceSchema);
