import { event, holding, streamOf } from '#contracts';
import {
  type ApiKeyRepository,
  type ApiKeyRow,
  createApiKeyRepository,
  createEventStore,
  DatabaseUnavailable,
} from '#store';
import { FakeClock, openTestDatabase, type TestDatabase } from '#testing';
import { createAuthenticator, secretHashOf } from './authenticator.js';

const SECRET = 'correct-horse-battery-staple-0001';
let test: TestDatabase;
beforeAll(async () => {
  test = await openTestDatabase();
});
afterAll(() => test.close());

const keyEvent = { keyId: 'k1', name: 'agent of n1', role: 'node' as const, nodeId: 'n1' };

describe('API keys', () => {
  it('tells who holds a key, and the same to everybody who does not', async () => {
    const clock = new FakeClock();
    const store = createEventStore(test.database, clock.nowMs);
    const append = (events: Parameters<typeof store.append>[0][0]['events'], expectedVersion: number) =>
      store.append([{ stream: streamOf.key('k1'), expectedVersion, events }], { actor: 'test', cause: 'test' });
    await append([event('ApiKeyCreated', { ...keyEvent, secretHash: secretHashOf(SECRET) })], 0);
    const { authenticate } = createAuthenticator(createApiKeyRepository(test.database), clock);

    expect(await authenticate(`Bearer k1.${SECRET}`)).toEqual({ ...keyEvent, subject: 'key:k1', ...holding('node') });
    expect(await authenticate(undefined)).toMatchObject({ refused: 'KEY_MISSING' });
    const unknown = await authenticate(`Bearer k2.${SECRET}`);
    expect(unknown).toMatchObject({ refused: 'KEY_UNKNOWN' });
    expect(await authenticate('Bearer k1.wrong')).toEqual(unknown);
    for (const header of ['', 'Basic azE6eA==', 'Bearer', 'Bearer k1', `Bearer k1.${'x'.repeat(300)}`, "Bearer '.'"])
      expect(await authenticate(header)).toMatchObject({ refused: 'KEY_UNKNOWN' });

    await append([event('ApiKeyRevoked', { keyId: 'k1' })], 1);
    await clock.advance(5_000);
    expect(await authenticate(`Bearer k1.${SECRET}`)).toEqual(unknown);
  });

  it('a key that was known is over on time, also while the database is away', async () => {
    const clock = new FakeClock();
    const row = {
      ...keyEvent,
      secretHash: secretHashOf(SECRET),
      revoked: false,
      scopes: ['telemetry'],
      createdBy: null,
    };
    let isAway = false;
    const findByKeyId = async (): Promise<ApiKeyRow> => {
      if (isAway) throw new DatabaseUnavailable('connect');
      return { ...row, expiresAt: clock.nowMs() + 10_000 } as ApiKeyRow;
    };
    const { authenticate } = createAuthenticator({ findByKeyId } as unknown as ApiKeyRepository, clock);
    expect(await authenticate(`Bearer k1.${SECRET}`)).toMatchObject({
      permissions: ['telemetry'],
      expiresAtMs: clock.nowMs() + 10_000,
    });
    isAway = true;
    await clock.advance(9_999);
    expect(await authenticate(`Bearer k1.${SECRET}`)).toMatchObject({ keyId: 'k1' });
    await clock.advance(1);
    expect(await authenticate(`Bearer k1.${SECRET}`)).toMatchObject({ refused: 'KEY_EXPIRED' });
    // Who does not hold it is not told that there is such a key.
    expect(await authenticate('Bearer k1.wrong')).toMatchObject({ refused: 'KEY_UNKNOWN' });
  });

  it('RR19: a key that was known still reports while the database is away, for an hour, and never acts', async () => {
    const clock = new FakeClock();
    const row = { keyId: 'k1', name: 'ana', role: 'operator', nodeId: null, secretHash: secretHashOf(SECRET) } as const;
    const uncut = { scopes: null, expiresAt: null, createdBy: null };
    let isAway = false;
    const findByKeyId = async (): Promise<ApiKeyRow> => {
      if (isAway) throw new DatabaseUnavailable('connect');
      return { ...row, ...uncut, revoked: false } as unknown as ApiKeyRow;
    };
    const { authenticate } = createAuthenticator({ findByKeyId } as unknown as ApiKeyRepository, clock);
    const known = { keyId: 'k1', role: 'operator' };
    expect(await authenticate(`Bearer k1.${SECRET}`, true)).toMatchObject(known);
    isAway = true;
    expect(await authenticate(`Bearer k1.${SECRET}`, true)).toMatchObject(known);
    await clock.advance(5_000);
    expect(await authenticate(`Bearer k1.${SECRET}`)).toMatchObject(known);
    await expect(authenticate(`Bearer k1.${SECRET}`, true)).rejects.toThrow(DatabaseUnavailable);
    isAway = false;
    expect(await authenticate(`Bearer k1.${SECRET}`, true)).toMatchObject(known);
    isAway = true;
    await clock.advance(3_600_000);
    await expect(authenticate(`Bearer k1.${SECRET}`)).rejects.toThrow(DatabaseUnavailable);
  });
});
