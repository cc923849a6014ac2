/** A silence as GraphQL is asked for it. Times are ms since the epoch, a duration is ms. */
export interface SilenceAsked {
  readonly where: readonly { readonly label: string; readonly patterns: readonly string[] }[];
  readonly startsAt?: number | null;
  readonly endsAt?: number | null;
  readonly duration?: number | null;
}

/** The same as REST reads it. */
export const silenceOf = <T extends SilenceAsked>({ where, startsAt, endsAt, duration, ...asked }: T) => ({
  ...asked,
  where: Object.fromEntries(where.map(({ label, patterns }) => [label, patterns])),
  startsAtMs: startsAt,
  endsAtMs: endsAt,
  durationMs: duration,
});
