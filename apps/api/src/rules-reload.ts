import { event, type Principal, type Refusal, streamOf } from '#contracts';
import type { Clock } from '#runtime';
import type { EventStore, RuleSetRepository } from '#store';
import { metadataOf } from './act-metadata.js';
import { appendAgain } from './append-again.js';

/** Asks every process that decides to read its files of rules again. */
export const askForReload = (
  store: EventStore,
  ruleSets: Pick<RuleSetRepository, 'reloadVersion'>,
  clock: Clock,
  caller: Principal,
): Promise<undefined | Refusal> =>
  appendAgain(store, metadataOf(caller, 'reload rules'), async () => ({
    stream: streamOf.rulesReload,
    expectedVersion: await ruleSets.reloadVersion(),
    events: [event('RulesReloadAsked', { at: clock.nowMs() })],
  }));
