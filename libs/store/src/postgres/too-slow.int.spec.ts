import { openTestDatabase, type TestDatabase } from '#testing';
import { openDatabase } from './postgres-database.js';
import { isTooSlow } from './too-slow.js';

let test: TestDatabase;
beforeAll(async () => (test = await openTestDatabase()));
afterAll(() => test.close());

describe('isTooSlow', () => {
  it('knows a statement that the server ended, as the pool of readers has it', async () => {
    const readers = openDatabase({ connection: () => test.connection, name: 'readers', statementTimeoutMs: 100 });
    const error = await readers.query('select pg_sleep(5)').catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: '57014' });
    expect([isTooSlow(error), isTooSlow(new Error('read', { cause: error }))]).toEqual([true, true]);
    const wrong = await readers.query('select nothing').catch((failure: unknown) => failure);
    expect([isTooSlow(wrong), isTooSlow('57014'), isTooSlow(undefined)]).toEqual([false, false, false]);
    await readers.close();
  });

  it('knows a lock that was not to be had', async () => {
    const error = await test.database.transaction(async (tx) => {
      await tx.query('lock table incident in access exclusive mode');
      return test.database.query('select count(*) from incident').catch((failure: unknown) => failure);
    });
    expect([isTooSlow(error), (error as { code: string }).code]).toEqual([true, '55P03']);
  });
});
