import { openTestDatabase, type TestDatabase } from '#testing';
import { claimKey, findDoneRequest, takeKey } from './idempotent-request.js';

const DAY_MS = 86_400_000;

describe('a key of a request', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());

  it('is held by the append that takes it over from a claim of a day ago, whose process was killed', async () => {
    const { database } = test;
    const once = (hash: string) => ({ subject: 'key:k', key: 'a', hash });
    await claimKey(database, once('told'), 0);
    expect(await database.transaction((tx) => takeKey(tx, once('appended'), 7, DAY_MS))).toBe(true);
    expect(await claimKey(database, once('told'), DAY_MS + 1)).toBe('other');
    expect(await findDoneRequest(database, once('appended'), DAY_MS + 1)).toEqual({ hash: 'appended', position: 7 });
  });
});
