import { createElement } from 'react';
import { lazyPart } from './lazy-part.js';

describe('a part that is loaded apart', () => {
  const open = (come: () => boolean) => {
    let asked = 0;
    const Part = lazyPart(async () => {
      asked += 1;
      if (!come()) throw new TypeError('Failed to fetch dynamically imported module');
      return () => createElement('p', null, 'here');
    });
    return { Part, asked: () => asked };
  };

  it('is loaded once for all who want it', async () => {
    const { Part, asked } = open(() => true);
    await Promise.all([Part.preload(), Part.preload()]);
    await Part.preload();
    expect(asked()).toBe(1);
    // It is there at once, without a moment in which nothing is.
    expect(Part({})).toMatchObject({ props: {} });
  });

  it('that did not come is asked for again by who wants it again', async () => {
    let isBack = false;
    const { Part, asked } = open(() => isBack);
    await Part.preload();
    isBack = true;
    await Part.preload();
    expect([asked(), Part({})]).toMatchObject([2, { props: {} }]);
  });
});
