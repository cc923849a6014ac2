import fc from 'fast-check';
import { generateKeyPairSync, sign } from 'node:crypto';
import type { Command, SignedCommand } from './command.js';
import { COMMAND_DOMAIN } from './command.js';
import { audienceDigest, canonicalJson, commandKeyId, signCommand, verifyCommand } from './command-signature.js';

const NOW_MS = 1_700_000_000_000;
const ours = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');
const keyId = commandKeyId(ours.publicKey);

const command = (changes: Partial<Command> = {}): Command => ({
  commandId: 'c-1',
  action: 'rollback',
  rollbackId: 'rb-1',
  wave: 1,
  generation: 7,
  service: 'dns',
  from: { softwareVersion: 'v2.1.5', configRev: 'c42' },
  to: { softwareVersion: 'v2.1.4', configRev: 'c41' },
  audience: ['n2', 'n1'],
  audienceDigest: audienceDigest(['n1', 'n2']),
  issuedAtMs: NOW_MS,
  expiresAtMs: NOW_MS + 120_000,
  reason: 'success 23 % < 95 % over 2m',
  ...changes,
});
const signed = (changes: Partial<Command> = {}): SignedCommand => signCommand(command(changes), ours.privateKey, keyId);
const verdictOf = (message: SignedCommand, { now = NOW_MS, node = 'n1', last = 6 } = {}): string => {
  const verdict = verifyCommand(message, ours.publicKey, now, node, last);
  return verdict.verdict === 'execute' ? 'execute' : verdict.reason;
};
const altered = (change: (text: string) => string): SignedCommand => {
  const message = signed();
  const text = Buffer.from(message.payload, 'base64').toString();
  return { ...message, payload: Buffer.from(change(text)).toString('base64') };
};

describe('verifyCommand', () => {
  it('executes a command that is signed, addressed, fresh and newer', () => {
    expect(verifyCommand(signed(), ours.publicKey, NOW_MS, 'n1', 6)).toEqual({
      verdict: 'execute',
      command: command(),
    });
  });

  it('lets a deploy system act for the whole audience', () => {
    expect(verifyCommand(signed(), ours.publicKey, NOW_MS, undefined, 6).verdict).toBe('execute');
  });

  it.each([
    ['key_unknown', signCommand(command(), stranger.privateKey, commandKeyId(stranger.publicKey)), {}],
    ['signature_wrong', signCommand(command(), stranger.privateKey, keyId), {}],
    ['signature_wrong', { ...signed(), signature: '' }, {}],
    ['signature_wrong', { ...signed(), signature: 'AAAA' }, {}],
    ['signature_wrong', altered((text) => text.replace('"wave":1', '"wave":2')), {}],
    ['signature_wrong', altered((text) => ` ${text}`), {}],
    ['audience_altered', signed({ audience: ['n1', 'n2', 'n3'] }), {}],
    ['audience_foreign', signed(), { node: 'n9' }],
    ['expired', signed(), { now: NOW_MS + 125_001 }],
    ['expired', signed({ expiresAtMs: NOW_MS + 120_001 }), {}],
    ['not_yet_valid', signed(), { now: NOW_MS - 5_001 }],
    ['generation_old', signed(), { last: 7 }],
    ['generation_old', signed(), { last: 8 }],
  ])('refuses: %s', (reason, message, at) => {
    expect(verdictOf(message, at)).toBe(reason);
  });

  it('names what it refuses when the trusted key signed it, and nothing otherwise', () => {
    expect(verifyCommand(signed(), ours.publicKey, NOW_MS, 'n1', 7)).toMatchObject({ command: command() });
    const forged = signCommand(command(), stranger.privateKey, keyId);
    expect(verifyCommand(forged, ours.publicKey, NOW_MS, 'n1', 6)).toMatchObject({ command: undefined });
  });

  it('allows five seconds of clock skew, both ways', () => {
    expect(verdictOf(signed(), { now: NOW_MS + 125_000 })).toBe('execute');
    expect(verdictOf(signed(), { now: NOW_MS - 5_000 })).toBe('execute');
  });

  it('refuses a signature made over something else than a command, and one without the domain prefix', () => {
    const sealed = (bytes: Buffer, prefix: string): SignedCommand => ({
      payload: bytes.toString('base64'),
      signature: sign(null, Buffer.concat([Buffer.from(prefix), bytes]), ours.privateKey).toString('base64'),
      keyId,
    });
    expect(verdictOf(sealed(Buffer.from('{"action":"format"}'), COMMAND_DOMAIN))).toBe('payload_invalid');
    expect(verdictOf(sealed(Buffer.from('not json'), COMMAND_DOMAIN))).toBe('payload_invalid');
    expect(verdictOf(sealed(Buffer.from(canonicalJson(command())), ''))).toBe('signature_wrong');
  });
});

describe('canonicalJson', () => {
  it('does not depend on the order of keys, at any depth', () => {
    expect(canonicalJson({ b: [{ y: 1, x: 'é"' }], a: null, c: undefined })).toBe(
      '{"a":null,"b":[{"x":"é\\"","y":1}]}',
    );
    expect(canonicalJson({ a: null, b: [{ x: 'é"', y: 1 }] })).toBe('{"a":null,"b":[{"x":"é\\"","y":1}]}');
  });

  /** As it is defined; slower. */
  const defined = (value: unknown): string => {
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    if (Array.isArray(value)) return `[${value.map((item) => defined(item ?? null)).join(',')}]`;
    const sorted = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `{${sorted.map(([key, item]) => `${JSON.stringify(key)}:${defined(item)}`).join(',')}}`;
  };

  it('is JSON with sorted keys, whatever stands in keys and texts', () => {
    const key = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('10', '9', '__proto__'));
    const values = fc.anything({ key, values: [key, fc.double(), fc.boolean(), fc.constant(null)], maxDepth: 3 });
    fc.assert(fc.property(values, (value) => expect(canonicalJson(value)).toBe(defined(value))));
  });
});
