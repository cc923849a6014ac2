import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { settle } from '../time/clock.fake.js';
import { readingOf } from './reading.js';

type Key = readonly unknown[];

/** A place on a page, which shows what is asked for as `useAnswer` does. */
const open = () => {
  const queries = new QueryClient({ defaultOptions: { queries: { gcTime: Number.POSITIVE_INFINITY, retry: false } } });
  const asked: Key[] = [];
  const answers: (() => void)[] = [];
  let shown: unknown;
  const optionsOf = (queryKey: Key, isHeld: boolean) => ({
    queryKey,
    queryFn: async () => {
      asked.push(queryKey);
      await new Promise<void>((done) => answers.push(done));
      return JSON.stringify(queryKey);
    },
    ...readingOf({ queryKey, isWanted: true, isHeld, shown: () => shown }),
  });
  const observer = new QueryObserver<string>(queries, { queryKey: ['nothing'], enabled: false });
  observer.subscribe(() => undefined);
  const seen = (key: Key): string | undefined => {
    const { data } = observer.getCurrentResult();
    if (data !== undefined) shown = key;
    return data;
  };
  const show = (queryKey: Key, isHeld = false): string | undefined => {
    observer.setOptions(optionsOf(queryKey, isHeld));
    return seen(queryKey);
  };
  const answer = async (queryKey: Key): Promise<string | undefined> => {
    for (const done of answers.splice(0)) done();
    await settle();
    return seen(queryKey);
  };
  return { asked, show, answer };
};

const incident = (incidentId: string): Key => ['incident', { incidentId }];
const minute = (at: string): Key => ['minute', { region: 'us-east', from: `2021-07-22T11:${at}:00.000Z` }];

describe('what stands in a place of a page', () => {
  it('is never what was said of another one', async () => {
    const { show, answer } = open();
    show(incident('a'));
    expect(await answer(incident('a'))).toBe(JSON.stringify(incident('a')));
    expect(show(incident('b'))).toBeUndefined();
    expect(await answer(incident('b'))).toBe(JSON.stringify(incident('b')));
  });

  it('is that of the last minute while that of this one is read, and not of the last minute of something else', async () => {
    const { show, answer } = open();
    show(minute('47'));
    await answer(minute('47'));
    expect(show(minute('48'))).toBe(JSON.stringify(minute('47')));
    expect(show(incident('b'))).toBeUndefined();
  });

  it('stays as it is while the page is held still, also when the minute is over', async () => {
    const { asked, show, answer } = open();
    show(minute('47'));
    await answer(minute('47'));
    expect(show(minute('47'), true)).toBe(JSON.stringify(minute('47')));
    expect(show(minute('48'), true)).toBe(JSON.stringify(minute('47')));
    expect(asked).toEqual([minute('47')]);
    expect(show(minute('48'))).toBe(JSON.stringify(minute('47')));
    expect(await answer(minute('48'))).toBe(JSON.stringify(minute('48')));
  });

  it('is read though the page is held still, where there is nothing of it', async () => {
    const { asked, show, answer } = open();
    show(incident('a'));
    await answer(incident('a'));
    show(incident('b'), true);
    expect(await answer(incident('b'))).toBe(JSON.stringify(incident('b')));
    expect(asked).toEqual([incident('a'), incident('b')]);
  });
});
