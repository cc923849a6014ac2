import { cpSync, mkdtempSync, rmSync, statSync, truncateSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { OutcomeBatch } from '#contracts';
import { FakeClock, until } from '#testing';
import { ENVELOPE, openBatch, scriptedGateway, switchedGateway } from './batch.fixture.js';
import type { GatewayClient } from './gateway-client.js';
import { Publisher } from './publisher.js';
import { Spool } from './spool.js';

const MIB = 1024 * 1024;
let folder: string;
let clock: FakeClock;
const lines: string[] = [];
const say = (line: string): void => void lines.push(line);
const spoolIn = (directory: string, maxBytes = 64 * MIB): Promise<Spool> =>
  Spool.open({ directory, maxBytes, maxAgeMs: 86_400_000 }, clock, say);
const publish = (client: GatewayClient, spool: Spool | undefined, agentBootId = '9'): Publisher =>
  new Publisher(client, clock, { ...ENVELOPE, agentBootId }, say, spool);
const seqs = (batches: readonly OutcomeBatch[]): number[] => batches.map(({ seq }) => seq);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const sumOf = (batches: readonly OutcomeBatch[], key: 'observed' | 'droppedAgent'): number =>
  batches.reduce((sum, { completeness }) => sum + completeness[key], 0);
/** Lets retries come due until nothing waits any more. */
const settle = async (publisher: Publisher): Promise<void> => {
  await until('everything was sent', async () => {
    await clock.advance(250);
    return publisher.queued === 0;
  });
  await publisher.idle();
};

beforeEach(() => {
  lines.length = 0;
  clock = new FakeClock();
  folder = mkdtempSync(join(tmpdir(), 'tocsin-publisher-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a publisher with a spool', () => {
  it('loses nothing while the gateway is away for 60 s, and sends in order', async () => {
    const { accepted, client, state } = switchedGateway();
    const spool = await spoolIn(folder);
    const publisher = publish(client, spool);
    let offered = 0;
    const forMs = async (ms: number): Promise<void> => {
      for (let at = 0; at < ms; at += 250) {
        offered += 1;
        publisher.offer(openBatch(offered % 7));
        await clock.advance(250);
      }
    };
    await forMs(1_000);
    expect(spool.batches).toBe(0);
    state.isAway = true;
    await forMs(60_000);
    await until('all of it is on disk', () => spool.batches === 240);
    expect(publisher.queued).toBe(240);
    state.isAway = false;
    await forMs(1_000);
    await settle(publisher);
    expect(seqs(accepted)).toEqual(range(1, offered));
    const sum = accepted.reduce((total, { n }) => total + n, 0);
    expect(publisher.totals).toEqual({ sent: sum, batches: offered, dropped: 0 });
    expect([sumOf(accepted, 'observed'), sumOf(accepted, 'droppedAgent')]).toEqual([sum, 0]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.segment'))).toEqual([]);
    // Back on the fast path: nothing goes over the disk.
    publisher.offer(openBatch(1));
    expect(publisher.isAway).toBe(false);
    await publisher.idle();
    await publisher.close();
  });

  it('sends what is in flight once more from the disk, with the same bytes, and once when it was accepted', async () => {
    const { sent, client, answer } = scriptedGateway();
    const spool = await spoolIn(folder);
    const publisher = publish(client, spool);
    for (let i = 0; i < 22; i += 1) publisher.offer(openBatch(2));
    await until('it is slow, so all of it is on disk', () => spool.batches === 22);
    await answer(503);
    await until('it waits', () => clock.sleeping === 1);
    await clock.advance(100);
    for (let i = 0; i < 22; i += 1) await answer(202);
    await publisher.idle();
    expect(seqs(sent)).toEqual([1, ...range(1, 22)]);
    expect(sent[1]).toEqual(sent[0]);
    for (let i = 0; i < 22; i += 1) publisher.offer(openBatch(2));
    await until('all of it is on disk again', () => spool.batches === 22);
    for (let i = 0; i < 22; i += 1) await answer(202);
    await publisher.idle();
    expect(seqs(sent)).toEqual([1, ...range(1, 44)]);
    await publisher.close();
  });

  it('that is full lets the oldest go, and the next batch and the totals say so', async () => {
    const { accepted, client, state } = switchedGateway();
    state.isAway = true;
    const spool = await spoolIn(folder, 16 * MIB);
    const publisher = publish(client, spool);
    let observed = 0;
    // Some 110 KB each.
    for (let i = 0; i < 300; i += 1) {
      publisher.offer(openBatch(5_000));
      observed += 5_000;
      await until('it is on disk', () => publisher.queued === spool.batches);
    }
    const { dropped } = publisher.totals;
    expect(dropped).toBeGreaterThan(0);
    expect(dropped % 5_000).toBe(0);
    state.isAway = false;
    publisher.offer(openBatch(1));
    await settle(publisher);
    // The first was in flight all the time; then there is one hole, which is as large as is said.
    const sent = accepted.reduce((sum, { n }) => sum + n, 0);
    expect(seqs(accepted).toSorted((a, b) => a - b)).toEqual(seqs(accepted));
    expect(sent + dropped).toBe(observed + 1);
    expect(sumOf(accepted, 'droppedAgent')).toBe(dropped);
    expect(sumOf(accepted, 'observed')).toBe(observed + 1);
    expect(lines.join('\n')).toContain('batches were dropped');
    await publisher.close();
  }, 60_000);

  it('keeps what a stopping agent could not deliver; the next one sends it first, under its old boot', async () => {
    const { accepted, client, state } = switchedGateway();
    state.isAway = true;
    const first = publish(client, await spoolIn(folder), '1');
    for (let i = 0; i < 5; i += 1) first.offer(openBatch(3));
    await first.close();
    expect(first.totals.dropped).toBe(0);
    state.isAway = false;
    const second = publish(client, await spoolIn(folder), '2');
    second.offer(openBatch(1));
    await settle(second);
    expect(accepted.map(({ agentBootId, seq }) => `${agentBootId}/${seq}`)).toEqual([
      '1/1',
      '1/2',
      '1/3',
      '1/4',
      '1/5',
      '2/1',
    ]);
    expect(second.totals).toMatchObject({ sent: 16, batches: 6 });
    await second.close();
  });

  it('keeps batches in memory while the disk fails, in order', async () => {
    const { accepted, client, state } = switchedGateway();
    const directory = join(folder, 'spool');
    const spool = await spoolIn(directory);
    rmSync(directory, { recursive: true });
    state.isAway = true;
    const publisher = publish(client, spool);
    for (let i = 0; i < 30; i += 1) publisher.offer(openBatch(1));
    await until('the disk failed', () => lines.some((line) => line.includes('wait in memory')));
    await clock.advance(10_000);
    expect(lines.filter((line) => line.includes('wait in memory'))).toHaveLength(1);
    expect(publisher.queued).toBe(30);
    state.isAway = false;
    await settle(publisher);
    expect(seqs(accepted)).toEqual(range(1, 30));
    await publisher.close();
  });

  it('without a spool counts what a stopping agent could not deliver', async () => {
    const { client, state } = switchedGateway();
    state.isAway = true;
    const publisher = publish(client, undefined);
    for (let i = 0; i < 3; i += 1) publisher.offer(openBatch(4));
    await publisher.close();
    expect(publisher.totals).toEqual({ sent: 0, batches: 0, dropped: 12 });
  });
});

describe('kill -9 in the middle', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.constant('offer' as const) },
    { weight: 1, arbitrary: fc.constantFrom('away' as const, 'back' as const, 'tick' as const) },
  );

  it('what a new agent sends continues what the old one sent: no hole below what was promised, duplicates byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 25 }),
        fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(1)),
        async (steps, cut) => {
          const directory = mkdtempSync(join(folder, 'run-'));
          const { accepted, client, state } = switchedGateway();
          const spool = await spoolIn(directory);
          const publisher = publish(client, spool, '1');
          let offered = 0;
          for (const one of steps) {
            if (one === 'offer') publisher.offer(openBatch((offered += 1)));
            else if (one === 'tick') await clock.advance(250);
            else state.isAway = one === 'away';
            await until('it is sent or on disk', () => publisher.queued === spool.batches);
          }
          // The copy is what a kill at this moment leaves, with the last write cut anywhere.
          const copy = `${directory}-killed`;
          cpSync(directory, copy, { recursive: true });
          const promised = spool.batches;
          const newest = readdirSync(copy)
            .filter((name) => name.endsWith('.segment'))
            .toSorted()
            .at(-1);
          const path = join(copy, newest ?? '');
          const isCut = newest !== undefined && cut < 1;
          if (isCut) truncateSync(path, Math.floor(statSync(path).size * cut));
          const before = [...accepted];
          await publisher.close();

          const after = switchedGateway();
          const next = publish(after.client, await spoolIn(copy), '2');
          next.offer(openBatch(1));
          await settle(next);
          await next.close();
          const old = after.accepted.filter(({ agentBootId }) => agentBootId === '1');
          expect(after.accepted.slice(old.length).map(({ agentBootId, seq }) => [agentBootId, seq])).toEqual([
            ['2', 1],
          ]);
          const first = old[0]?.seq ?? before.length + 1;
          // In order, without a hole; it begins at or before where the old agent came to.
          expect(seqs(old)).toEqual(range(first, first + old.length - 1));
          expect(first).toBeLessThanOrEqual(before.length + 1);
          const repeated = old.filter(({ seq }) => seq <= before.length);
          expect(repeated).toEqual(repeated.map(({ seq }) => before[seq - 1]));
          expect(isCut || old.length >= promised).toBe(true);
          expect(isCut || new Set([...seqs(before), ...seqs(old)]).size === offered).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);
});
