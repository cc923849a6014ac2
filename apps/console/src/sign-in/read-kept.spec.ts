import { readKept } from './read-kept.js';

describe('what a tab kept', () => {
  const storageOf = (kept: string | null) => {
    const removed: string[] = [];
    return { removed, storage: { getItem: () => kept, removeItem: (place: string) => void removed.push(place) } };
  };

  it('is as it was kept, or nothing', () => {
    expect(readKept(storageOf('{"state":"s"}').storage, 'x')).toEqual({ state: 's' });
    expect(readKept(storageOf(null).storage, 'x')).toBeNull();
  });

  it('is nothing, and forgotten, where it cannot be read', () => {
    const { storage, removed } = storageOf('{"state":');
    expect([readKept(storage, 'x'), removed]).toEqual([null, ['x']]);
  });
});
