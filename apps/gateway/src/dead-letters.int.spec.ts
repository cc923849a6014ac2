import { HEADER, type Principal, refuse, TOPICS } from '#contracts';
import { type EventLog, openEmbeddedLog } from '#event-log';
import { createLogger } from '#runtime';
import { FakeClock, openTestDatabase, type TestDatabase, until } from '#testing';
import { DeadLetters } from './dead-letters.js';

const PRINCIPAL: Principal = { keyId: 'node-1', name: 'n1', role: 'node', nodeId: 'n1' };
const DEAD_LETTERS = { topic: 'telemetry.dead-letter', partition: 0 } as const;

let test: TestDatabase;
let log: EventLog;
beforeEach(async () => {
  test = await openTestDatabase();
  log = await openEmbeddedLog({ connection: () => test.connection });
  await log.ensureTopics(TOPICS);
});
afterEach(async () => {
  await log.close();
  await test.close();
});

const letters = () => log.read({ ...DEAD_LETTERS, offset: 0 }, 1_000);
const keep = (to: DeadLetters, body: Uint8Array): void =>
  to.keep({ principal: PRINCIPAL, contentType: 'text/csv', body, refusal: refuse('BODY_INVALID', 'no', '/n') });

describe('DeadLetters', () => {
  it('keeps the beginning of a body, who sent it and why it was refused', async () => {
    keep(new DeadLetters(log, new FakeClock(), createLogger('silent')), Buffer.alloc(100_000, 'x'));
    await until('the letter is in the log', async () => (await letters()).length === 1);
    const [letter] = await letters();
    expect(letter?.value.byteLength).toBe(65_536);
    expect(letter).toMatchObject({
      key: 'n1',
      headers: {
        [HEADER.reason]: 'BODY_INVALID',
        [HEADER.detail]: '/n: no',
        [HEADER.origin]: 'http',
        [HEADER.keyId]: 'node-1',
        [HEADER.contentType]: 'text/csv',
      },
    });
  });

  it('keeps twenty a second, and again twenty of the next', async () => {
    const clock = new FakeClock();
    const deadLetters = new DeadLetters(log, clock, createLogger('silent'));
    for (let each = 0; each < 50; each += 1) keep(deadLetters, Buffer.from(`first ${each}`));
    await clock.advance(1_000);
    keep(deadLetters, Buffer.from('next'));
    // One partition keeps the order: what was dropped would have come before it.
    await until('the next one is in the log', async () =>
      (await letters()).some(({ value }) => Buffer.from(value).toString() === 'next'),
    );
    expect(await letters()).toHaveLength(21);
  });
});
