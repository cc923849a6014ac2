import { FakeClock, until } from '#testing';
import { ENVELOPE, openBatch, scriptedGateway } from './batch.fixture.js';
import { Publisher } from './publisher.js';

describe('Publisher', () => {
  it('has one batch in flight, and numbers without a gap', async () => {
    const { sent, client, answer } = scriptedGateway();
    const publisher = new Publisher(client, new FakeClock(), ENVELOPE, () => undefined);
    for (let i = 1; i <= 3; i += 1) publisher.offer(openBatch(i));
    expect(sent).toHaveLength(1);
    for (let i = 0; i < 3; i += 1) await answer(202);
    await publisher.idle();
    expect(sent.map(({ seq, n }) => [seq, n])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(publisher.totals).toEqual({ sent: 6, batches: 3, dropped: 0 });
  });

  it('repeats a batch unchanged after a wait', async () => {
    const { sent, client, answer } = scriptedGateway();
    const clock = new FakeClock();
    const publisher = new Publisher(client, clock, ENVELOPE, () => undefined);
    publisher.offer(openBatch(2));
    await answer(503);
    await until('it waits', () => clock.sleeping === 1);
    await clock.advance(100);
    await answer(202);
    await publisher.idle();
    expect(sent[1]).toEqual(sent[0]);
  });

  it('drops the oldest that waits when the queue is full, and the next one says so', async () => {
    const { sent, client, answer } = scriptedGateway();
    const publisher = new Publisher(client, new FakeClock(), ENVELOPE, () => undefined);
    const unseen = { unpairedQueries: 3, orphanResponses: 2, malformed: 1 };
    publisher.offer(openBatch(1));
    publisher.offer(openBatch(7, unseen));
    for (let i = 0; i < 2_400; i += 1) publisher.offer(openBatch(1));
    expect(publisher.queued).toBe(2_401);
    await answer(202);
    await answer(202);
    await until('the third was sent', () => sent.length === 3);
    expect(sent.slice(0, 3).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(sent[1]?.completeness).toMatchObject({ observed: 8, droppedAgent: 7, ...unseen });
    expect(sent[2]?.completeness).toMatchObject({ observed: 1, droppedAgent: 0, unpairedQueries: 0 });
    await publisher.close();
    expect(publisher.totals.dropped).toBe(7 + 2_399);
  });

  it('what is refused for good is told by the next batch', async () => {
    const { sent, client, answer } = scriptedGateway();
    const said: string[] = [];
    const publisher = new Publisher(client, new FakeClock(), ENVELOPE, (line) => said.push(line));
    publisher.offer(openBatch(4));
    publisher.offer(openBatch(1));
    await answer(422);
    await answer(202);
    await publisher.idle();
    expect(sent[1]?.completeness).toMatchObject({ observed: 5, droppedAgent: 4 });
    expect(said).toEqual(['batch 1 of 4 outcomes was refused: 422 because']);
  });
});
