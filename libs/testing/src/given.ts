import type { Event } from '#contracts';

/** The decision of a decider for a state. */
type Decide<State> = (state: State) => readonly Event[];

/**
 * Given events, when a decision, then events: the specification of a decider. The state is what `evolve` makes of the events;
 * `thenEvents` compares the whole list, so an event too many fails as well.
 */
export const given = <State, E extends Event>(
  evolve: (state: State | undefined, event: E) => State | undefined,
  ...events: readonly E[]
) => ({
  when: (decide: Decide<State | undefined>) => {
    const state = events.reduce<State | undefined>((before, event) => evolve(before, event), undefined);
    const decided = decide(state);
    return {
      thenEvents: (...expected: readonly Event[]): void => expect(decided).toEqual(expected),
      thenNothing: (): void => expect(decided).toEqual([]),
      /** For decisions whose numbers are another test's business. */
      thenTypes: (...expected: readonly Event['type'][]): void =>
        expect(decided.map(({ type }) => type)).toEqual(expected),
    };
  },
});
