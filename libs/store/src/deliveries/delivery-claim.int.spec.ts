import { openTestDatabase, type TestDatabase } from '#testing';
import { createDeliveryRepository } from './delivery.repository.js';
import { createDeliveryClaims, type DeliveryClaims } from './delivery-claim.repository.js';

const NOW_MS = 1_000_000;
const TERMS = { pace: { perMinute: 12, urgentPerMinute: 4 }, nowMs: NOW_MS, leaseMs: 30_000 };
const BEHIND = 20_000;
const PLACES = { all: 8, notUrgent: 8 };

describe('claims under a pace', () => {
  let db: TestDatabase;
  let claims: DeliveryClaims;
  beforeEach(async () => {
    db = await openTestDatabase();
    claims = createDeliveryClaims(db.database);
  });
  afterEach(() => db.close());

  /** Rows as the projection writes them, without the events that they come from. */
  const wait = async (
    count: number,
    name: string,
    changes: { readonly isUrgent?: boolean; readonly address?: string; readonly channel?: string } = {},
  ) => {
    const { isUrgent = false, address = null, channel = 'first' } = changes;
    await db.database.query(
      `insert into delivery (delivery_id, subject, action, channel, dedup_key, body, status, attempts, due_at, requested_at, asked_at,
         requested_position, is_urgent, address)
       select $2 || n, 'page', 'trigger', $6, $2 || n, '{}', 'due', 0, $3, $3, $3, n, $4, $5 from generate_series(1, $1) as n`,
      [count, name, NOW_MS, isUrgent, address, channel],
    );
    await db.database.query(
      `insert into chain_anchor (stream, version, hash) select 'delivery-' || $2 || n, 1, repeat('0', 64) from generate_series(1, $1) as n`,
      [count, name],
    );
  };
  const claim = async (limit = 8) =>
    (await claims.claim('first', { all: limit, notUrgent: limit }, TERMS)).map(({ deliveryId }) => deliveryId);

  it('B11: with 20,000 that wait the urgent one goes first, and what has no token costs the others nothing', async () => {
    await wait(BEHIND, 'w');
    await db.database.query('analyze delivery');
    expect(await claim()).toHaveLength(2);
    expect(await claim()).toEqual([]);
    await wait(1, 'u', { isUrgent: true });
    await wait(1, 'x', { address: 'other' });
    expect(await claim()).toEqual(['u1', 'x1']);
    expect(
      await db.database.query('select count(*) as count from delivery_claim where claimed_until > $1', [NOW_MS]),
    ).toEqual([{ count: 4 }]);
  });

  it('B11: dispatchers side by side draw from the same tokens', async () => {
    await wait(50, 'w');
    await wait(50, 'u', { isUrgent: true });
    const all = (await Promise.all(Array.from({ length: 6 }, () => claim()))).flat();
    expect(new Set(all).size).toBe(all.length);
    // Two of everything, and three of the urgent lane.
    expect(all).toHaveLength(5);
    expect(all.every((id) => id.startsWith('u'))).toBe(true);
  });

  it('B11: receivers of one account draw from one bucket, of two channels and at several addresses, also side by side', async () => {
    await wait(20, 'a', { address: 'one' });
    await wait(20, 'b', { address: 'two' });
    await wait(20, 'c', { channel: 'second' });
    const terms = { ...TERMS, pace: { ...TERMS.pace, bucket: 'account' } };
    const names = ['first', 'second', 'first', 'second'];
    const claimed = (await Promise.all(names.map((name) => claims.claim(name, PLACES, terms)))).flat();
    // A sixth of a minute's twelve.
    expect(claimed).toHaveLength(2);
    expect((await claims.receivers()).map(({ bucket, tokens }) => [bucket, tokens])).toContainEqual(['account', 0]);
    const later = { ...terms, nowMs: NOW_MS + 60_000 };
    expect(await claims.claim('second', PLACES, later)).toHaveLength(2);
    expect(await claims.claim('first', PLACES, later)).toEqual([]);
  });

  it('B11: of what is not urgent no more are claimed than have a place, and what is urgent takes all', async () => {
    await wait(10, 'w');
    await wait(3, 'u', { isUrgent: true });
    const of = async (all: number, notUrgent: number) =>
      (await claims.claim('first', { all, notUrgent }, { ...TERMS, pace: undefined })).map(
        ({ deliveryId }) => deliveryId,
      );
    expect(await of(2, 6)).toEqual(['u1', 'u2']);
    expect(await of(8, 3)).toEqual(['u3', 'w1', 'w2', 'w3']);
    expect(await of(4, 0)).toEqual([]);
  });

  it('B11: what was begun is remembered over a claim that ran out, and only by whoever holds the claim', async () => {
    await wait(1, 'd');
    const deliveries = createDeliveryRepository(db.database);
    const claimAt = async (nowMs: number) => {
      const [due] = await claims.claim('first', PLACES, { ...TERMS, nowMs });
      if (due === undefined) throw new Error('not claimed');
      return due;
    };
    const unsent = await claimAt(NOW_MS);
    const sent = await claimAt(NOW_MS + TERMS.leaseMs);
    expect([unsent.begun, sent.begun]).toEqual([0, 0]);
    expect(await deliveries.begin(unsent)).toBe(false);
    expect(await deliveries.begin(sent)).toBe(true);
    await deliveries.release('d1');
    expect(await claimAt(NOW_MS + TERMS.leaseMs)).toMatchObject({ begun: 1 });
  });
});
