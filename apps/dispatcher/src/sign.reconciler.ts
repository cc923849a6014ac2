import { event, signCommand, streamOf } from '#contracts';
import type { Clock, Logger } from '#runtime';
import type { CommandRepository, CommandRow, EventStore } from '#store';
import type { CommandKey } from './command-key.js';
import { EXPIRED_LOOK_BACK_MS, SIGN_MAX } from './dispatcher.config.js';

/** What signing needs. */
export interface SignParts {
  readonly commands: CommandRepository;
  readonly eventStore: EventStore;
  readonly key: CommandKey;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told when something was signed: there is something to send. */
  readonly onSigned: () => void;
}

/** `CommandIssued` is the first event of its stream and `CommandSigned` the second: who comes later finds a conflict. */
const ISSUED_VERSION = 1;

/** Signs every command that is issued, unsigned and unexpired, oldest generation first; tells once of each that expired unsigned. */
export const createSignReconciler = (parts: SignParts): (() => Promise<void>) => {
  const { commands, eventStore, key, clock, logger, onSigned } = parts;
  let toldUntilMs = clock.nowMs() - EXPIRED_LOOK_BACK_MS;

  const sign = async ({ commandId, generation, command }: CommandRow): Promise<void> => {
    const signed = event('CommandSigned', { commandId, signed: signCommand(command, key.privateKey, key.keyId) });
    const stream = streamOf.command(commandId);
    const result = await eventStore.append([{ stream, expectedVersion: ISSUED_VERSION, events: [signed] }], {
      actor: 'dispatcher',
      cause: `${stream}@${ISSUED_VERSION}`,
    });
    // A conflict: another dispatcher signed it.
    if ('appended' in result) logger.info({ commandId, generation, commandKeyId: key.keyId }, 'signed a command');
  };

  return async () => {
    const nowMs = clock.nowMs();
    const unsigned = await commands.listUnsigned(toldUntilMs, SIGN_MAX);
    const isExpired = ({ expiresAt }: CommandRow): boolean => expiresAt <= nowMs;
    for (const { commandId, generation, expiresAt } of unsigned.filter(isExpired))
      logger.error({ commandId, generation, expiredMsAgo: nowMs - expiresAt }, 'a command expired unsigned');
    // Those that were told are not asked for again, so that they cannot fill the next run.
    toldUntilMs = nowMs;
    const valid = unsigned.filter((row) => !isExpired(row));
    for (const row of valid) await sign(row);
    if (valid.length > 0) onSigned();
  };
};
