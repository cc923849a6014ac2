import { openTestDatabase, type TestDatabase } from '#testing';
import { createDeadLetterRepository, DEAD_LETTER_BYTES_MAX, type NewDeadLetter } from './dead-letter.repository.js';

const letter = (changes: Partial<NewDeadLetter> = {}): NewDeadLetter => ({
  topic: 'telemetry.outcomes',
  partition: 0,
  offset: 1,
  key: 'n1',
  reason: 'BODY_UNPARSABLE',
  detail: 'not a batch',
  raw: Uint8Array.from([0, 255, 1]),
  appendedAtMs: 1_000,
  ...changes,
});

describe('dead letters', () => {
  let db: TestDatabase;
  beforeEach(async () => {
    db = await openTestDatabase();
  });
  afterEach(() => db.close());
  const insert = (letters: readonly NewDeadLetter[], rowsMax?: number) =>
    db.database.transaction((tx) => createDeadLetterRepository(db.database, rowsMax).insert(tx, letters));
  const repository = () => createDeadLetterRepository(db.database);

  it('keep the bytes, the reason and where they came from, newest first', async () => {
    await insert([letter(), letter({ offset: 2, key: null })]);
    expect(await repository().list({ limit: 10 })).toEqual([
      { ...letter({ offset: 2, key: null }), id: 2, raw: Buffer.from([0, 255, 1]), rawBytes: 3 },
      { ...letter(), id: 1, raw: Buffer.from([0, 255, 1]), rawBytes: 3 },
    ]);
  });

  it('keep the first bytes of a large record, and its length', async () => {
    await insert([letter({ raw: new Uint8Array(DEAD_LETTER_BYTES_MAX + 5).fill(7) })]);
    const [kept] = await repository().list({ limit: 1 });
    expect([kept?.raw.byteLength, kept?.rawBytes]).toEqual([DEAD_LETTER_BYTES_MAX, DEAD_LETTER_BYTES_MAX + 5]);
  });

  it('take keys and details that PostgreSQL cannot hold as text', async () => {
    await insert([letter({ key: 'n\0', detail: 'byte \0' })]);
    expect(await repository().list({ limit: 1 })).toMatchObject([{ key: 'n\ufffd', detail: 'byte \ufffd' }]);
  });

  it('keep and count the same record once', async () => {
    await insert([letter(), letter()]);
    await insert([letter()]);
    expect(await repository().totals()).toEqual([{ reason: 'BODY_UNPARSABLE', records: 1 }]);
  });

  it('are counted and not kept beyond the bound, and kept again when old ones were dropped', async () => {
    const letters = [1, 2, 3, 4, 5].map((offset) => letter({ offset, appendedAtMs: offset }));
    await insert(letters, 3);
    expect((await repository().list({ limit: 10 })).map(({ offset }) => offset)).toEqual([3, 2, 1]);
    expect(await repository().totals()).toEqual([{ reason: 'BODY_UNPARSABLE', records: 5 }]);
    await repository().dropBefore(db.database, 3);
    await insert([letter({ offset: 6 })], 3);
    expect((await repository().list({ limit: 10 })).map(({ offset }) => offset)).toEqual([6, 3]);
  });
});
