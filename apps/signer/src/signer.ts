import type { RecordedEvent } from '#contracts';
import type { SigningNode } from '#domain';
import { type Clock, type Logger, type Meters, type Notices, Rounds } from '#runtime';
import { createCommandRepository, type Database, type EventStore } from '#store';
import { meterSigner, type SignerCounts } from './signer.meters.js';
import { openCommandKey } from './command-key.js';
import { readOwnSwitch } from './own-switch.js';
import { createSignReconciler } from './sign.reconciler.js';
import type { SignerSettings } from './signer.config.js';

/** What a signer stands on. */
export interface SignerParts {
  readonly settings: SignerSettings;
  readonly database: Database;
  readonly eventStore: EventStore;
  /** The inventory, as it is known now. */
  readonly fleet: () => readonly SigningNode[];
  /** Tells of what was issued; told of what was signed. */
  readonly notices: Notices;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meters?: Meters;
}

/** The signer, without whatever ticks it. */
export interface Signer {
  readonly tick: () => void;
  /** Runs until nothing that may be signed now is left. */
  readonly settle: () => Promise<void>;
  /** Why the last run failed; undefined when it did not. */
  readonly unready: () => string | undefined;
  readonly stop: () => Promise<void>;
}

/** Opens the command key, and says whether the switch of this machine lets it sign; nothing runs until the first tick. */
export const createSigner = async (parts: SignerParts): Promise<Signer> => {
  const { settings, database, notices, logger } = parts;
  const key = await openCommandKey(settings, logger);
  const { isOn, detail } = await readOwnSwitch(settings);
  if (!isOn) logger.warn(`nothing is signed: ${detail}`);
  const commands = createCommandRepository(database);
  const counts: SignerCounts = { signed: 0, refused: 0 };
  const onSettled = (events: readonly RecordedEvent[]): void => {
    counts.signed += events.filter(({ event }) => event.type === 'CommandSigned').length;
    counts.refused += events.filter(({ event }) => event.type === 'CommandRefused').length;
    notices.tell(events);
  };
  const reconcile = createSignReconciler({ ...parts, commands, key, onSettled });
  const sign = new Rounds('sign', reconcile, logger);
  if (parts.meters !== undefined) meterSigner(parts.meters, counts, sign);
  notices.listen('CommandIssued', () => sign.signal());
  return {
    tick: () => sign.tick(),
    settle: () => sign.run(),
    unready: () => (sign.failure === undefined ? undefined : `sign: ${sign.failure}`),
    stop: () => sign.stop(),
  };
};
