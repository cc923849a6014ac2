import { checkTag, GATEWAY_KEY_ID, nodeKeyOf, nodeKeySecret } from '#contracts';
import type { ChangedNodeKey } from '#store';
import { FakeClock } from '#testing';
import { followNodeKeys, REVOCATION_DELAY_MS } from './node-keyring.js';

const FLEET = 'f'.repeat(43);
const DAY_MS = 86_400_000;

/** A registry whose answers a test gives; it counts how often it is asked. */
const openRegistry = () => {
  const rows = new Map<string, ChangedNodeKey>();
  const state = { looks: 0, isAway: false, position: 0 };
  const change = (keyId: string, revokedAt: number | null): void => {
    state.position += 1;
    const nodeId = keyId.slice(0, keyId.lastIndexOf('.'));
    rows.set(keyId, { keyId, nodeId, issuedAt: 0, revokedAt, changedPosition: state.position });
  };
  return {
    state,
    issue: (keyId: string) => change(keyId, null),
    revoke: change,
    changedAfter: async (position: number, revokedBeforeMs: number) => {
      state.looks += 1;
      if (state.isAway) throw new Error('the database is away');
      return [...rows.values()]
        .filter((row) => row.changedPosition > position && (row.revokedAt ?? Infinity) >= revokedBeforeMs)
        .toSorted((a, b) => a.changedPosition - b.changedPosition);
    },
  };
};

const open = async (
  prepare: (registry: ReturnType<typeof openRegistry>, clock: FakeClock) => void = () => undefined,
) => {
  const registry = openRegistry();
  const clock = new FakeClock();
  prepare(registry, clock);
  const errors: string[] = [];
  const onError = ({ message }: Error): void => void errors.push(message);
  const keyring = await followNodeKeys({ repository: registry, clock, fleetSecret: FLEET, isRequired: true, onError });
  return { registry, clock, keyring, errors };
};
const others = () => new Promise((done) => setImmediate(done));

describe('the keyring', () => {
  it('knows what is registered, derives its keys, and hears of changes in a look', async () => {
    const { registry, clock, keyring } = await open(({ issue }) => issue('n1.1'));
    expect(keyring.find('n1.1')).toMatchObject({ nodeId: 'n1', revokedAtMs: undefined });
    expect(keyring.find('n1.1')?.key.equals(nodeKeyOf(nodeKeySecret(FLEET, 'n1.1')))).toBe(true);
    expect(keyring.secretOf('n1.1')).toBe(nodeKeySecret(FLEET, 'n1.1'));
    const revokedAt = clock.nowMs() + REVOCATION_DELAY_MS;
    registry.revoke('n1.1', revokedAt);
    expect(keyring.find('n1.1')?.revokedAtMs).toBeUndefined();
    await clock.advance(5_000);
    expect(keyring.find('n1.1')?.revokedAtMs).toBe(revokedAt);
    await keyring.stop();
  });

  it('vouches with the key of the gateway, which is in no registry', async () => {
    const { keyring } = await open();
    const message = { topic: 'telemetry.signals', contentType: 'application/json', body: Uint8Array.of(1) } as const;
    const { keyId, tag } = keyring.vouch(message);
    expect(keyId).toBe(GATEWAY_KEY_ID);
    expect(checkTag({ ...message, keyId }, tag, undefined, keyring.find, 0)).toBeUndefined();
    await keyring.stop();
  });

  it('looks at once for a key that it does not know', async () => {
    const { registry, clock, keyring } = await open();
    await clock.advance(250);
    registry.issue('n1.1');
    await keyring.learn(['n1.1', undefined]);
    expect(keyring.find('n1.1')).toBeDefined();
    const { looks } = registry.state;
    await keyring.learn(['n1.1', undefined]);
    expect(registry.state.looks).toBe(looks);
    await keyring.stop();
  });

  it('looks four times a second at most, and never refuses a fresh key for that', async () => {
    const { registry, clock, keyring } = await open();
    await clock.advance(250);
    await keyring.learn(['forged.1']);
    const { looks } = registry.state;
    const waiting = Promise.all(Array.from({ length: 10_000 }, (_, i) => keyring.learn([`forged.${i + 2}`])));
    registry.issue('fresh.1');
    const fresh = keyring.learn(['fresh.1']);
    await others();
    expect(registry.state.looks).toBe(looks);
    await clock.advance(250);
    await Promise.all([waiting, fresh]);
    expect(registry.state.looks).toBe(looks + 1);
    expect(keyring.find('fresh.1')).toBeDefined();
    await keyring.stop();
  });

  it('does not look for a key that was used well before the last look', async () => {
    const { registry, clock, keyring } = await open();
    const { looks } = registry.state;
    await keyring.learn(['forged.1'], clock.nowMs() - 5_001);
    expect(registry.state.looks).toBe(looks);
    await keyring.stop();
  });

  it('keeps what it knows while the database is away, and lets nobody wait for it', async () => {
    const { registry, clock, keyring, errors } = await open(({ issue }) => issue('n1.1'));
    registry.state.isAway = true;
    await clock.advance(5_000);
    const { looks } = registry.state;
    await keyring.learn(['n1.2']);
    expect(registry.state.looks).toBe(looks);
    expect(errors).toEqual(['look for keys of nodes']);
    expect(keyring.find('n1.1')).toBeDefined();
    await expect(keyring.refresh()).rejects.toThrow('look for keys of nodes');
    registry.state.isAway = false;
    registry.issue('n1.2');
    await clock.advance(5_000);
    expect(keyring.find('n1.2')).toBeDefined();
    await keyring.stop();
  });

  it('forgets a revoked key when no record of it can be in the log any more', async () => {
    const { registry, clock, keyring } = await open(({ issue, revoke }, { nowMs }) => {
      issue('n1.2');
      revoke('n1.1', nowMs() - 7 * DAY_MS);
      revoke('n0.1', nowMs() - 9 * DAY_MS);
    });
    expect(keyring.find('n1.1')).toBeDefined();
    expect(keyring.find('n0.1')).toBeUndefined();
    await clock.advance(2 * DAY_MS);
    registry.issue('n2.1');
    await keyring.refresh();
    expect(keyring.find('n1.1')).toBeUndefined();
    expect(keyring.find('n1.2')).toBeDefined();
    await keyring.stop();
  });
});
