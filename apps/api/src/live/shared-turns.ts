import type { Clock } from '#runtime';

/** Changes whose reads are kept: those of a second of a large incident. Beyond it those of the oldest are made again. */
const TURNS_MAX = 64;
/** For how long what was read for a change is shown to others who hear of it: what lies beside a thing goes on changing. */
const SHARED_MS = 1_000;

interface Turn {
  readonly loaders: object;
  readonly untilMs: number;
}

/** Where the change that a value tells of is in the order of events; undefined: it tells of none. */
const positionOf = (value: unknown): number | undefined => {
  const [told] = Object.values((value ?? {}) as Readonly<Record<string, unknown>>);
  const { position } = (told ?? {}) as { readonly position?: unknown };
  return typeof position === 'number' ? position : undefined;
};

/** One turn of the loaders for all who are told of the same change, so that a thousand who follow it cost the database what one does. */
export class SharedTurns {
  private readonly turns = new Map<number, Turn>();

  constructor(private readonly clock: Pick<Clock, 'nowMs'>) {}

  /** Whose loaders a value is executed with. */
  of(value: unknown): object {
    const position = positionOf(value);
    if (position === undefined) return {};
    const nowMs = this.clock.nowMs();
    const known = this.turns.get(position);
    if (known !== undefined && nowMs < known.untilMs) return known.loaders;
    const turn = { loaders: {}, untilMs: nowMs + SHARED_MS };
    this.turns.delete(position);
    this.turns.set(position, turn);
    const oldest = this.turns.size > TURNS_MAX ? this.turns.keys().next().value : undefined;
    if (oldest !== undefined) this.turns.delete(oldest);
    return turn.loaders;
  }
}
