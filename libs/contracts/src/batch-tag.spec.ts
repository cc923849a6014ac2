import fc from 'fast-check';
import {
  checkTag,
  GATEWAY_KEY_ID,
  makeTag,
  type NodeKey,
  nodeKeyOf,
  nodeKeySecret,
  nodeOfKeyId,
  parseNodeKey,
  TAG_DOMAINS,
  type TaggedMessage,
} from './batch-tag.js';
import { nameSchema } from './node-report.js';

const FLEET = 'f'.repeat(43);
const keyOf = (keyId: string) => nodeKeyOf(nodeKeySecret(FLEET, keyId));
const known = (keyId: string, revokedAtMs?: number): NodeKey => ({
  key: keyOf(keyId),
  nodeId: nodeOfKeyId(keyId),
  revokedAtMs,
});
const KEYS = new Map([
  ['n1.1', known('n1.1', 1_000)],
  ['n1.2', known('n1.2')],
  ['n2.1', known('n2.1')],
  [GATEWAY_KEY_ID, known(GATEWAY_KEY_ID)],
]);
const find = (keyId: string): NodeKey | undefined => KEYS.get(keyId);
const message = (changes: Partial<TaggedMessage> = {}): TaggedMessage => ({
  topic: 'telemetry.outcomes',
  contentType: 'application/x-ndjson',
  keyId: 'n1.2',
  body: new TextEncoder().encode('{"node_id":"n1"}'),
  ...changes,
});
const tagOf = (tagged: TaggedMessage) => makeTag(tagged, keyOf(tagged.keyId));
const anyMessage: fc.Arbitrary<TaggedMessage> = fc.record({
  topic: fc.constantFrom(...(Object.keys(TAG_DOMAINS) as TaggedMessage['topic'][])),
  contentType: fc.string(),
  keyId: fc.constantFrom('n1.1', 'n1.2', 'n2.1'),
  body: fc.uint8Array({ maxLength: 200 }),
});

describe('a tag', () => {
  it('is HMAC-SHA-256 over domain, content type, key id and body, each ended by a NUL', () => {
    // printf 'tocsin.batch.v1\0application/x-ndjson\0n1.2\0{"node_id":"n1"}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:…
    expect(makeTag(message(), nodeKeyOf('A'.repeat(43)))).toBe('fIqq3ct3P48hmQmcBqjSoScRosR5R5WmJVnr9iWvYFA');
  });

  it('is accepted over the very bytes it was made of', () => {
    fc.assert(
      fc.property(anyMessage, (tagged) => {
        const nodeId = nodeOfKeyId(tagged.keyId);
        const isRefused = checkTag(tagged, tagOf(tagged), nodeId, find, 0) !== undefined;
        expect(isRefused).toBe(tagged.contentType.includes('\0'));
      }),
    );
  });

  it('is of no other message: topic, content type, key and body are bound', () => {
    fc.assert(
      fc.property(anyMessage, anyMessage, (one, other) => {
        fc.pre(JSON.stringify({ ...one, body: [...one.body] }) !== JSON.stringify({ ...other, body: [...other.body] }));
        expect(checkTag(other, tagOf(one), nodeOfKeyId(other.keyId), find, 0)).toMatchObject({
          refused: 'TAG_INVALID',
        });
      }),
    );
  });

  it('does not fit when the end of one field is moved into the next', () => {
    const honest = message({ contentType: 'a', body: new TextEncoder().encode('n1.2\0rest') });
    const moved = message({ contentType: 'a\0n1.2', body: new TextEncoder().encode('rest') });
    expect(tagOf(moved)).toBe(tagOf(honest));
    expect(checkTag(moved, tagOf(honest), 'n1', find, 0)).toMatchObject({ refused: 'TAG_INVALID' });
  });

  it('has one spelling: other text of the same bytes, and text that is none, is refused', () => {
    const tag = tagOf(message());
    for (const given of [`${tag}=`, ` ${tag}`, tag.slice(1), '', 'é'.repeat(43), Buffer.from(tag).toString('hex')])
      expect(checkTag(message(), given, 'n1', find, 0)).toMatchObject({ refused: 'TAG_INVALID' });
  });

  it('speaks for its own node alone, and the gateway for every one', () => {
    const tag = tagOf(message());
    expect(checkTag(message(), tag, 'n1', find, 0)).toBeUndefined();
    expect(checkTag(message(), tag, 'n2', find, 0)).toMatchObject({ refused: 'NODE_FOREIGN' });
    expect(checkTag(message(), tag, undefined, find, 0)).toMatchObject({ refused: 'NODE_FOREIGN' });
    const vouched = message({ keyId: GATEWAY_KEY_ID });
    for (const nodeId of ['n1', 'n2', undefined])
      expect(checkTag(vouched, tagOf(vouched), nodeId, find, 0)).toBeUndefined();
  });

  it('of a revoked key counts for what was appended before, whenever it is read', () => {
    const old = message({ keyId: 'n1.1' });
    expect(checkTag(old, tagOf(old), 'n1', find, 999)).toBeUndefined();
    expect(checkTag(old, tagOf(old), 'n1', find, 1_000)).toMatchObject({ refused: 'NODE_KEY_REVOKED' });
    const unknown = message({ keyId: 'n1.3' });
    expect(checkTag(unknown, tagOf(unknown), 'n1', find, 0)).toMatchObject({ refused: 'NODE_KEY_UNKNOWN' });
  });
});

describe('a key', () => {
  it('names its node, dots in the name or not, and the gateway is no node', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/),
        fc.integer({ min: 1, max: 1e9 - 1 }),
        (name, n) => {
          expect(nameSchema.safeParse(name).success).toBe(true);
          expect(nodeOfKeyId(`${name}.${n}`)).toBe(name);
        },
      ),
    );
    for (const keyId of ['n1', 'n1.0', 'n1.01', '.1', 'n1.', 'a b.1', `${'n'.repeat(65)}.1`, GATEWAY_KEY_ID])
      expect(nodeOfKeyId(keyId)).toBeUndefined();
  });

  it('is another one for every id and every fleet', () => {
    const secrets = ['n1.1', 'n1.2', 'n2.1', GATEWAY_KEY_ID].flatMap((keyId) =>
      [FLEET, 'g'.repeat(43)].map((fleet) => nodeKeySecret(fleet, keyId)),
    );
    expect(new Set(secrets).size).toBe(8);
    expect(secrets.every((secret) => /^[A-Za-z0-9_-]{43}$/.test(secret))).toBe(true);
  });

  it('is read as it was shown, and nothing else is', () => {
    const shown = `fra.1.7.${nodeKeySecret(FLEET, 'fra.1.7')}`;
    const parsed = parseNodeKey(shown);
    expect(parsed).toMatchObject({ keyId: 'fra.1.7', nodeId: 'fra.1' });
    expect(parsed?.key.equals(keyOf('fra.1.7'))).toBe(true);
    for (const text of [
      '',
      'n1.1',
      `n1.${'A'.repeat(43)}`,
      `n1.1.${'A'.repeat(42)}`,
      `${GATEWAY_KEY_ID}.${'A'.repeat(43)}`,
    ])
      expect(parseNodeKey(text)).toBeUndefined();
  });
});
