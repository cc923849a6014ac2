import type { Catalogue, CatalogueRepository } from '#store';
import type { Clock } from './clock.js';

/** The catalogue as it is now, in memory. */
export interface CatalogueFollower {
  readonly current: () => Catalogue;
  /** Told after every change; returns how to stop listening. */
  readonly onChange: (listener: (catalogue: Catalogue) => void) => () => void;
  /** Looks now, for what was just registered. */
  readonly refresh: () => Promise<void>;
}

/** A follower that runs. */
export interface RunningCatalogueFollower extends CatalogueFollower {
  readonly stop: () => Promise<void>;
}

/** How often the version is asked for, one indexed row: a new customer counts as its own after this. */
const LOOK_EVERY_MS = 250;

/** Loads the catalogue and follows it; a failed look is told and repeated. Looks come one after the other: none undoes a later one. */
export const followCatalogue = async (
  repository: CatalogueRepository,
  clock: Clock,
  onError: (error: Error) => void,
): Promise<RunningCatalogueFollower> => {
  let catalogue = await repository.load();
  const listeners = new Set<(catalogue: Catalogue) => void>();
  const stopping = new AbortController();
  let looking: Promise<void> = Promise.resolve();
  const lookNow = async (): Promise<void> => {
    if ((await repository.version()) === catalogue.version) return;
    catalogue = await repository.load();
    for (const listener of listeners) listener(catalogue);
  };
  const look = (): Promise<void> => {
    const looked = looking.then(lookNow);
    // Who asked is told of the failure; who comes next looks all the same.
    looking = looked.catch(() => undefined);
    return looked;
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, stopping.signal);
      await look().catch(onError);
    }
  };
  const running = run();
  return {
    current: () => catalogue,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    refresh: look,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};
