import type { Catalogue } from '#store';
import { FakeClock } from '#testing';
import { followCatalogue } from './catalogue-follower.js';

const catalogueOf = (version: number): Catalogue => ({ version, nodes: [], customers: [], registry: [] });

/** A repository whose answers a test gives. */
const openRepository = () => {
  let version = 1;
  let isAway = false;
  let held: Promise<void> | undefined;
  const know = async (): Promise<number> => {
    if (isAway) throw new Error('the database is away');
    return version;
  };
  return {
    version: know,
    load: async () => {
      const seen = await know();
      const hold = held;
      held = undefined;
      await hold;
      return catalogueOf(seen);
    },
    findNode: async () => undefined,
    change: () => void (version += 1),
    away: (is: boolean) => void (isAway = is),
    /** The next load answers what it saw only when told. */
    holdNextLoad: (): (() => void) => {
      let letGo = (): void => undefined;
      held = new Promise((done) => (letGo = done));
      return letGo;
    },
  };
};
const others = () => new Promise((done) => setImmediate(done));

const open = async () => {
  const repository = openRepository();
  const clock = new FakeClock();
  const errors: string[] = [];
  const follower = await followCatalogue(repository, clock, ({ message }) => errors.push(message));
  return { repository, clock, errors, follower };
};

describe('followCatalogue', () => {
  it('tells of each change once, until the listener leaves', async () => {
    const { repository, clock, follower } = await open();
    const told: number[] = [];
    const leave = follower.onChange(({ version }) => told.push(version));
    await clock.advance(1_000);
    repository.change();
    await clock.advance(1_000);
    leave();
    repository.change();
    await clock.advance(1_000);
    expect(told).toEqual([2]);
    expect(follower.current().version).toBe(3);
    await follower.stop();
  });

  it('keeps what it knows while the database is away, and goes on when it is back', async () => {
    const { repository, clock, errors, follower } = await open();
    repository.change();
    repository.away(true);
    await clock.advance(500);
    expect(follower.current().version).toBe(1);
    await expect(follower.refresh()).rejects.toThrow('away');
    expect(new Set(errors)).toEqual(new Set(['the database is away']));
    repository.away(false);
    await clock.advance(500);
    expect(follower.current().version).toBe(2);
    await follower.stop();
  });

  it('never goes back to what an earlier look is still reading', async () => {
    const { repository, follower } = await open();
    const told: number[] = [];
    follower.onChange(({ version }) => told.push(version));
    repository.change();
    const letGo = repository.holdNextLoad();
    const early = follower.refresh();
    await others();
    repository.change();
    const late = follower.refresh();
    await others();
    letGo();
    await Promise.all([early, late]);
    expect(follower.current().version).toBe(3);
    expect(told).toEqual([2, 3]);
    await follower.stop();
  });
});
