import { generateKeyPairSync } from 'node:crypto';
import { fleetCommandSchema, signCommand } from '#contracts';
import { commandOf } from './dispatcher.fixture.js';
import { fitting, fleetCommandOf } from './publish.reconciler.js';

const records = (...sizes: readonly number[]) => sizes.map((size) => ({ key: 'k', value: Buffer.alloc(size) }));

describe('fitting', () => {
  it.each([
    [[], 0],
    [[1, 2, 3], 3],
    [[5, 5, 1], 2],
    [[11, 1], 1],
    [[9, 2], 1],
  ])('of %j, 10 bytes hold %i', (sizes, count) => {
    expect(fitting(records(...sizes), 10)).toBe(count);
  });
});

describe('fleetCommandOf', () => {
  it('reads generation, audience and expiry out of the signed bytes', () => {
    const signed = signCommand(commandOf('co1', 7, 1_000), generateKeyPairSync('ed25519').privateKey, 'k');
    const command = fleetCommandOf({ commandId: 'co1', signed });
    expect(command).toEqual({ signed, generation: 7, audience: ['n1'], expiresAtMs: 121_000 });
    expect(fleetCommandSchema.safeParse(command).success).toBe(true);
  });

  it.each(['', 'e30=', 'bm8='])('tells nothing of a payload that is not a command: %s', (payload) => {
    expect(fleetCommandOf({ commandId: 'co1', signed: { payload, signature: 'c2ln', keyId: 'k' } })).toBeUndefined();
  });
});
