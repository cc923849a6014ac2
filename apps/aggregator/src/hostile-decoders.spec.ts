import { generateKeyPairSync, sign } from 'node:crypto';
import {
  audienceDigest,
  COMMAND_DOMAIN,
  type Command,
  commandKeyId,
  isRefusal,
  type SignedCommand,
  signCommand,
  verifyCommand,
} from '#contracts';
import { createSlotFold, decodeBlock, decodeTick, encodeBlock, encodeTick, type PartitionTick } from '#domain';
import { createDice, fieldsOf, mutateBytes, mutateFields, soundBatch, textOfFields } from '#testing';
import { catalogue } from './fleet-history.fixture.js';

const ATTEMPTS = 5_000;
const AT_MS = Date.UTC(2026, 0, 5, 10);

const someTick = (): PartitionTick => {
  const fold = createSlotFold({ catalogue, openSlots: 60, zonesMax: 1_000 });
  const dice = createDice(7);
  for (let seq = 1; seq <= 20; seq += 1)
    fold.fold(soundBatch(dice, { nodeId: `n${seq % 5}`, agentBootId: '1', seq, t0Us: (AT_MS - 2_000) * 1_000 }), AT_MS);
  const slots = fold.takeChanged({ closedBefore: 0, settledBefore: Number.POSITIVE_INFINITY });
  const place = { topic: 'telemetry.outcomes', partition: 0, incarnation: 1 } as const;
  return { ...place, tick: 1, nextOffset: 20, slots, nodes: [], reports: [], signals: [] };
};

describe('decoders of damaged bytes', () => {
  it('a tick is read or refused, and what is read can be told again', () => {
    const dice = createDice(1);
    const sound = encodeTick(someTick());
    let [refused, lost] = [0, 0];
    for (let i = 0; i < ATTEMPTS; i += 1) {
      const tick = decodeTick(mutateBytes(dice, sound));
      if (isRefusal(tick)) refused += 1;
      else if (isRefusal(decodeTick(encodeTick(tick)))) lost += 1;
    }
    expect(lost).toBe(0);
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(ATTEMPTS);
  });

  it('a block is read or refused, and what is read gives the same block again', () => {
    const dice = createDice(2);
    const [slot] = someTick().slots;
    const sound = encodeBlock(slot?.block ?? new Map());
    let [refused, lost] = [0, 0];
    for (let i = 0; i < ATTEMPTS; i += 1) {
      const block = decodeBlock(mutateBytes(dice, sound));
      if (isRefusal(block)) refused += 1;
      else if (isRefusal(decodeBlock(encodeBlock(block)))) lost += 1;
    }
    expect(lost).toBe(0);
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(ATTEMPTS);
  });
});

describe('commands from strangers', () => {
  const NOW_MS = 1_700_000_000_000;
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const keyId = commandKeyId(publicKey);
  const command: Command = {
    commandId: 'c-1',
    action: 'rollback',
    rollbackId: 'rb-1',
    wave: 1,
    generation: 7,
    service: 'dns',
    from: { softwareVersion: 'v2.1.5', configRev: 'c42' },
    to: { softwareVersion: 'v2.1.4', configRev: 'c41' },
    audience: ['n1', 'n2'],
    audienceDigest: audienceDigest(['n1', 'n2']),
    issuedAtMs: NOW_MS,
    expiresAtMs: NOW_MS + 120_000,
    reason: 'success 23 % < 95 %',
  };
  const sound = signCommand(command, privateKey, keyId);
  const verdict = (message: SignedCommand): string => verifyCommand(message, publicKey, NOW_MS, 'n1', 6).verdict;
  /** The bytes that a text of base64 stands for. */
  const meant = ({ payload, signature }: SignedCommand): string =>
    [payload, signature].map((text) => Buffer.from(text, 'base64').toString('hex')).join(' ');

  it('3,000 altered ones are refused', () => {
    const dice = createDice(3);
    expect(verdict(sound)).toBe('execute');
    for (let left = 3_000; left > 0;) {
      const field = dice.pick(['payload', 'signature', 'keyId'] as const);
      const text = Buffer.from(mutateBytes(dice, Buffer.from(sound[field]))).toString('latin1');
      const altered = { ...sound, [field]: text };
      // Base64 has more than one text for the same bytes; those are no alteration.
      if (altered.keyId === sound.keyId && meant(altered) === meant(sound)) continue;
      left -= 1;
      expect(verdict(altered)).toBe('refuse');
    }
  });

  it('3,000 of strange contents under a true signature are commands or refused, each for a reason', () => {
    const dice = createDice(4);
    const reasons = new Map<string, number>();
    for (let i = 0; i < 3_000; i += 1) {
      const text = Buffer.from(textOfFields(mutateFields(dice, fieldsOf(command))));
      const payload = Buffer.from(dice.chance(0.5) ? text : mutateBytes(dice, text));
      const signature = sign(null, Buffer.concat([Buffer.from(COMMAND_DOMAIN), payload]), privateKey);
      const message = { payload: payload.toString('base64'), signature: signature.toString('base64'), keyId };
      const found = verifyCommand(message, publicKey, NOW_MS, 'n1', 6);
      const reason = found.verdict === 'execute' ? 'execute' : found.reason;
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    expect(new Set(reasons.keys())).toEqual(
      new Set(['execute', 'payload_invalid', 'audience_altered', 'expired', 'not_yet_valid']),
    );
  });
});
