import { loadAnew } from './upgrade.js';

const OWN = '/assets/index-old.js';
const PAGE = (script: string) => `<script type="module" src="${script}"></script>`;

const open = (page: () => Promise<string>, own: string | null = OWN) => {
  const places = new Map<string, string>();
  let reloads = 0;
  const load = () =>
    loadAnew({
      own,
      page,
      kept: { getItem: (name) => places.get(name) ?? null, setItem: (name, value) => void places.set(name, value) },
      reload: () => (reloads += 1),
    });
  return { load, reloads: () => reloads };
};

describe('a part of the console that is gone', () => {
  it('of another version is come by by loading the console anew, once', async () => {
    const { load, reloads } = open(async () => PAGE('/assets/index-new.js'));
    expect([await load(), await load(), reloads()]).toEqual([true, false, 1]);
  });

  it.each([
    ['the server has the same version', async () => PAGE(OWN)],
    ['nobody answers', async () => Promise.reject(new TypeError('Failed to fetch'))],
  ])('leaves the tab as it is where %s', async (_what, page) => {
    const { load, reloads } = open(page);
    expect([await load(), reloads()]).toEqual([false, 0]);
  });

  it('leaves a tab as it is that does not know its own version', async () => {
    const { load, reloads } = open(async () => PAGE('/assets/index-new.js'), null);
    expect([await load(), reloads()]).toEqual([false, 0]);
  });
});
