/**
 * What a subscription of a name yields, value by value, of whatever is followed until it is left. Leaving aborts the signal first: a
 * generator that waits for the next event does not hear that it should return before there is one.
 */
export const subscribed = <T>(
  name: string,
  follow: (gone: AbortSignal) => AsyncIterable<readonly T[]>,
): AsyncIterableIterator<Readonly<Record<string, T>>> => {
  const left = new AbortController();
  const values = valuesOf(name, follow(left.signal));
  return {
    next: () => values.next(),
    return: async () => {
      left.abort();
      await values.return();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};

async function* valuesOf<T>(
  name: string,
  followed: AsyncIterable<readonly T[]>,
): AsyncGenerator<Readonly<Record<string, T>>, void, void> {
  for await (const values of followed) for (const value of values) yield { [name]: value };
}
