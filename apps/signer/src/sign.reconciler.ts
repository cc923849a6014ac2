import { createHash } from 'node:crypto';
import { event, type RecordedEvent, signCommand, streamOf } from '#contracts';
import { recheckCommand } from '#domain';
import type { Clock, Logger } from '#runtime';
import type { CommandRow, EventStore, StreamAppend } from '#store';
import type { CommandKey } from './command-key.js';
import { type LogFacts, type LogFactsParts, readLogFacts } from './log-facts.js';
import { readOwnSwitch } from './own-switch.js';
import { SIGN_MAX, type SignerSettings } from './signer.config.js';

/** What signing needs. */
export interface SignParts extends LogFactsParts {
  readonly settings: Pick<SignerSettings, 'automation' | 'automationFile'>;
  readonly eventStore: EventStore;
  readonly key: CommandKey;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of what was signed or refused: there is something to send, or to stop. */
  readonly onSettled: (events: readonly RecordedEvent[]) => void;
}

/** `CommandIssued` is the first event of its stream; `CommandSigned` or `CommandRefused` the second: who comes later finds a conflict. */
const ISSUED_VERSION = 1;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What was read must still be so when the signature is appended: a stream is named without events for its version alone. */
const unchanged = ({ versions }: LogFacts): readonly StreamAppend[] =>
  [...versions].map(([stream, expectedVersion]) => ({ stream, expectedVersion, events: [] }));

/**
 * Signs every command that is issued, oldest generation first, or refuses it: from what the log says of it, read again for each. Between
 * reading and appending nothing that was read may change, and a process that dies there leaves nothing: expected versions see to both.
 * A conflict ends the run, so that no later command overtakes the one that is read again.
 */
export const createSignReconciler = (parts: SignParts): (() => Promise<void>) => {
  const { commands, eventStore, key, settings, clock, logger, onSettled } = parts;

  const settle = async ({ commandId, generation, command }: CommandRow): Promise<boolean> => {
    const log = await readLogFacts(command, parts);
    const ownSwitch = await readOwnSwitch(settings);
    const nowMs = clock.nowMs();
    const refusal = recheckCommand(command, { ...log.facts, ownSwitch, nowMs }, sha256);
    const stream = streamOf.command(commandId);
    const settled =
      refusal === undefined
        ? event('CommandSigned', { commandId, signed: signCommand(command, key.privateKey, key.keyId) })
        : event('CommandRefused', { commandId, audience: command.audience, ...refusal, at: nowMs });
    const own = { stream, expectedVersion: ISSUED_VERSION, events: [settled] };
    const result = await eventStore.append([own, ...unchanged(log)], {
      actor: 'signer',
      cause: `${stream}@${ISSUED_VERSION}`,
    });
    if ('conflict' in result) return false;
    if (refusal === undefined) logger.info({ commandId, generation, commandKeyId: key.keyId }, 'signed a command');
    else logger.error({ commandId, generation, ...refusal }, 'refused to sign a command');
    onSettled(result.appended);
    return true;
  };

  return async () => {
    for (const row of await commands.listUnsigned(SIGN_MAX)) if (!(await settle(row))) return;
  };
};
