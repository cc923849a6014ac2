import { createHash } from 'node:crypto';
import { CHAIN_START, eventHash } from './event-hash.js';

const ROW = {
  position: 7,
  stream: 'key-k1',
  version: 2,
  type: 'ApiKeyRevoked',
  data: { keyId: 'k1' },
  actor: 'admin:alice',
  cause: 'revoke key',
  recordedAtMs: 1_700_000_000_000,
};
const AUDIT = { subject: 'key:k0', keyId: 'k0', requestId: 'r1', via: 'rest' };

/** As rows were hashed before anything was known of an act beside its actor. */
const BEFORE = '[7,"key-k1",2,"ApiKeyRevoked",{"keyId":"k1"},"admin:alice","revoke key",1700000000000]';

describe('eventHash', () => {
  it('B18: leaves the hash of a row without an audit what it always was', () => {
    const before = createHash('sha256').update(CHAIN_START).update(BEFORE).digest('hex');
    expect(eventHash(CHAIN_START, { ...ROW, audit: null })).toBe(before);
  });

  it.each(Object.keys(AUDIT))('B18: is another one where %s of the audit is another, or is gone', (field) => {
    const whole = eventHash(CHAIN_START, { ...ROW, audit: AUDIT });
    expect(eventHash(CHAIN_START, { ...ROW, audit: { ...AUDIT, [field]: 'x' } })).not.toBe(whole);
    expect(eventHash(CHAIN_START, { ...ROW, audit: { ...AUDIT, [field]: undefined } })).not.toBe(whole);
    expect(eventHash(CHAIN_START, { ...ROW, audit: null })).not.toBe(whole);
  });
});
