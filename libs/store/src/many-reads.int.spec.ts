import { openTestDatabase, type TestDatabase } from '#testing';
import type { Queryable } from './database.js';
import { createDeliveryRepository } from './deliveries/delivery.repository.js';
import { createManyReads } from './many-reads.js';

describe('pages', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await openTestDatabase();
  });
  afterAll(() => db.close());

  it('of an incident are its own and those of its calls, found without a look at the others', async () => {
    // Keys that lie beside those of in1, whatever a database takes for its alphabet.
    const beside = [
      'in',
      'in1',
      'in1:',
      'in1:vp',
      'in1:é',
      'in1:\u{10ffff}',
      'in1;',
      'in1;vp',
      'in1vp',
      'in10',
      'in10:vp',
      'IN1:vp',
    ];
    await db.database.query(
      `insert into delivery (delivery_id, subject, action, channel, dedup_key, body, status, attempts, requested_at, asked_at,
         requested_position)
       select 'd' || at, 'page', 'trigger', 'pagerduty', key, '{}', 'delivered', 1, 0, 0, at
       from unnest($1::text[]) with ordinality as told (key, at)`,
      [[...beside, ...Array.from({ length: 5_000 }, (_, other) => `other${other}:vp`)]],
    );
    await db.database.query('analyze delivery');
    const plans: unknown[] = [];
    const watched: Queryable = {
      query: async (text, values) => {
        plans.push(await db.database.query(`explain (format json) ${text}`, values));
        return db.database.query(text, values);
      },
    };
    const pages = await createManyReads(watched).pagesOf(['in1', 'in10', "in'1"]);
    const listed = await createDeliveryRepository(watched).list({ incidentId: 'in1', limit: 100 });
    const ofIn1 = ['in1', 'in1:', 'in1:vp', 'in1:é', 'in1:\u{10ffff}'];
    const keysOf = (rows: readonly { readonly dedupKey: string }[]) =>
      rows.map(({ dedupKey }) => dedupKey).toReversed();
    expect(keysOf(pages.filter((page) => page.of === 'in1'))).toEqual(ofIn1);
    expect(keysOf(pages.filter((page) => page.of !== 'in1'))).toEqual(['in10', 'in10:vp']);
    expect(keysOf(listed)).toEqual(ofIn1);
    expect(plans).toHaveLength(2);
    for (const plan of plans) {
      expect(JSON.stringify(plan)).toContain('"delivery_key_prefix"');
      expect(JSON.stringify(plan)).not.toContain('"Seq Scan"');
    }
  });
});
