import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import {
  audienceDigest,
  canonicalJson,
  type Command,
  COMMAND_DOMAIN,
  COMMAND_TTL_MS,
  commandKeyId,
  type SignedCommand,
  signCommand,
  verifyCommand,
} from '#contracts';
import { evolveExecution, type Executions } from './execution.js';
import { decideCommand } from './execution.decide.js';

const NOW_MS = 1_626_969_600_000;
/** Above what the executor has seen: its journal knows `seen` under 50. */
const GENERATION = 100;
const trusted = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');
const keyId = commandKeyId(trusted.publicKey);

const genuineOf = (salt: number): Command => ({
  commandId: `c-${salt}`,
  action: 'rollback',
  rollbackId: 'rb-1',
  wave: 1 + (salt % 3),
  generation: GENERATION + salt,
  service: 'dns',
  from: { softwareVersion: 'v2.1.5', configRev: 'c42' },
  to: { softwareVersion: 'v2.1.4', configRev: 'c41' },
  audience: ['n1', `n${2 + (salt % 50)}`],
  audienceDigest: audienceDigest(['n1', `n${2 + (salt % 50)}`]),
  issuedAtMs: NOW_MS - (salt % 60_000),
  expiresAtMs: NOW_MS - (salt % 60_000) + COMMAND_TTL_MS,
  reason: 'success 23 % < 95 % over 2m',
});

const seenBefore: Executions = (() => {
  const event = {
    type: 'CommandAccepted',
    commandId: 'seen',
    generation: 50,
    action: 'rollback',
    to: { softwareVersion: 'v2.1.4', configRev: 'c41' },
    detail: '',
    atMs: 1,
  } as const;
  const execution = evolveExecution(undefined, event);
  return new Map(execution && [['seen', execution]]);
})();

/** What the executor of n1 does with what came: only `start` runs anything. */
const actOn = (signed: SignedCommand): string => {
  const verdict = verifyCommand(signed, trusted.publicKey, NOW_MS, 'n1', 50);
  return decideCommand(verdict, {
    executions: seenBefore,
    ownSwitch: { isOn: true, detail: 'on' },
    isDryRun: false,
    programFor: () => ['deploy'],
    nowMs: NOW_MS,
  }).is;
};

const byTrusted = (command: Command): SignedCommand => signCommand(command, trusted.privateKey, keyId);
const flipped = (base64: string, at: number): string => {
  const bytes = Buffer.from(base64, 'base64');
  const bit = at % (8 * bytes.length);
  bytes[bit >> 3]! ^= 1 << (bit & 7);
  return bytes.toString('base64');
};
const cut = (base64: string, at: number): string => {
  const bytes = Buffer.from(base64, 'base64');
  return bytes.subarray(0, at % bytes.length).toString('base64');
};
const signedOver = (bytes: Buffer, payload: Buffer): SignedCommand => ({
  payload: payload.toString('base64'),
  signature: sign(null, bytes, trusted.privateKey).toString('base64'),
  keyId,
});
const payloadOf = (command: Command): Buffer => Buffer.from(canonicalJson(command));
const elsewhere = ['n2', 'n3'];

/** A command that would be executed, and as it travels. */
interface Genuine {
  readonly command: Command;
  readonly signed: SignedCommand;
}

/** Signing is dear, and ten thousand forgeries need no more than some hundreds of originals. */
const GENUINE: readonly Genuine[] = Array.from({ length: 300 }, (_, index) => {
  const command = genuineOf(1 + index * 1_009);
  return { command, signed: byTrusted(command) };
});

/** What is done to a genuine command; `at` says where, to what, or by how much. Each must be refused. */
const FORGERIES: Readonly<Record<string, (genuine: Genuine, at: number) => SignedCommand>> = {
  'without a signature': ({ signed }) => ({ ...signed, signature: '' }),
  'with the algorithm "none"': ({ command }) => ({
    payload: Buffer.from(JSON.stringify({ alg: 'none', ...command })).toString('base64'),
    signature: Buffer.from('none').toString('base64'),
    keyId,
  }),
  'signed by another key under the name of the trusted one': ({ command }) =>
    signCommand(command, stranger.privateKey, keyId),
  'signed by another key under its own name': ({ command }) =>
    signCommand(command, stranger.privateKey, commandKeyId(stranger.publicKey)),
  'under a key that nobody knows': ({ signed }, at) => ({ ...signed, keyId: at.toString(16) }),
  'with a bit of its payload flipped': ({ signed }, at) => ({ ...signed, payload: flipped(signed.payload, at) }),
  'with a bit of its signature flipped': ({ signed }, at) => ({ ...signed, signature: flipped(signed.signature, at) }),
  'with its payload cut': ({ signed }, at) => ({ ...signed, payload: cut(signed.payload, at) }),
  'with its signature cut': ({ signed }, at) => ({ ...signed, signature: cut(signed.signature, at) }),
  'with the signature of another command': ({ command, signed }, at) => {
    const others = GENUINE.filter((each) => each.command.commandId !== command.commandId);
    return { ...signed, signature: others[at % others.length]!.signed.signature };
  },
  'signed without the domain': ({ command }) => signedOver(payloadOf(command), payloadOf(command)),
  'signed for another domain': ({ command }) =>
    signedOver(Buffer.concat([Buffer.from('tocsin.batch.v1\0'), payloadOf(command)]), payloadOf(command)),
  'that is no command, though the trusted key signed it': (_command, at) => {
    const payload = Buffer.from(canonicalJson({ commandId: `c-${at}`, action: 'format' }));
    return signedOver(Buffer.concat([Buffer.from(COMMAND_DOMAIN), payload]), payload);
  },
  'for others': ({ command }) =>
    byTrusted({ ...command, audience: elsewhere, audienceDigest: audienceDigest(elsewhere) }),
  'with a node added after its digest': ({ command }) =>
    byTrusted({ ...command, audience: [...command.audience, 'n99'] }),
  'that has expired': ({ command }, at) => {
    const expiresAtMs = NOW_MS - 5_001 - at;
    return byTrusted({ ...command, issuedAtMs: expiresAtMs - COMMAND_TTL_MS, expiresAtMs });
  },
  'that lives too long': ({ command }, at) =>
    byTrusted({ ...command, expiresAtMs: command.issuedAtMs + COMMAND_TTL_MS + 1 + at }),
  'of the future': ({ command }, at) => {
    const issuedAtMs = NOW_MS + 5_001 + at;
    return byTrusted({ ...command, issuedAtMs, expiresAtMs: issuedAtMs + COMMAND_TTL_MS });
  },
  'as old as what was seen, or older': ({ command }, at) => byTrusted({ ...command, generation: 1 + (at % 50) }),
  'under an id that was seen': ({ command }) => byTrusted({ ...command, commandId: 'seen' }),
  'under an id that could be an option': ({ command }, at) => byTrusted({ ...command, commandId: `-${at}` }),
};

describe('an executor, of 10,000 forged commands', () => {
  it('starts what they are made of', () => {
    expect(new Set(GENUINE.map(({ signed }) => actOn(signed)))).toEqual(new Set(['start']));
  });

  it('B8: starts nothing for any of them', () => {
    const tried = new Map<string, number>();
    const drawn = fc.record({
      genuine: fc.constantFrom(...GENUINE),
      at: fc.integer({ min: 0, max: 1_000_000 }),
      forgery: fc.constantFrom(...Object.keys(FORGERIES)),
    });
    fc.assert(
      fc.property(drawn, ({ genuine, at, forgery }) => {
        tried.set(forgery, (tried.get(forgery) ?? 0) + 1);
        return actOn(FORGERIES[forgery]!(genuine, at)) !== 'start';
      }),
      { numRuns: 10_000, seed: 6 },
    );
    expect(tried.size).toBe(Object.keys(FORGERIES).length);
    expect(Math.min(...tried.values())).toBeGreaterThan(300);
  }, 60_000);
});
