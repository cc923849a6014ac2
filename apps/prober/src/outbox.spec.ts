import { decoderFor, isRefusal, type OutcomeBatch } from '#contracts';
import type { PostVerdict } from './gateway.js';
import { TargetOutbox } from './outbox.js';
import type { ProbeRow } from './probe-row.js';

const ENVELOPE = { nodeId: 'n1', pop: 'fra-1', region: 'eu', observerId: 'p1', agentBootId: '7' };
const START_US = 1_700_000_000_000_000;
const MINUTE_US = 60_000_000;
const rowAt = (atUs: number): ProbeRow => ({
  atUs,
  zone: 'delta.test',
  qtype: 1,
  transport: 1,
  outcome: 0,
  rcode: 0,
  latencyUs: 1,
  flags: 0,
});

describe('the outbox of a target', () => {
  let batches: OutcomeBatch[];
  let verdict: PostVerdict;
  let outbox: TargetOutbox;
  beforeEach(() => {
    batches = [];
    verdict = 'accepted';
    outbox = new TargetOutbox(ENVELOPE, {
      post: (contentType, body) => {
        const batch = decoderFor(contentType)?.decode(Uint8Array.from(body));
        if (batch !== undefined && !isRefusal(batch) && verdict === 'accepted') batches.push(batch);
        return Promise.resolve(verdict);
      },
    });
  });
  const drain = async (): Promise<void> => {
    while (!outbox.isEmpty) await outbox.flush();
  };
  const times = (): number[] => batches.flatMap(({ t0Us, dtUs }) => [...dtUs].map((dt) => t0Us + dt));

  it('R59: keeps the time of every outcome, though the gateway was away for longer than a batch can span', async () => {
    // One in ten minutes, for a day; the newest is told before the one that waited for its answer.
    const given = Array.from({ length: 144 }, (_unused, i) => START_US + 10 * MINUTE_US * (i ^ 1));
    verdict = 'again';
    for (const atUs of given) {
      outbox.add(rowAt(atUs));
      await outbox.flush();
    }
    verdict = 'accepted';
    await drain();
    expect(times()).toEqual(given);
    expect(batches.map(({ seq }) => seq)).toEqual(batches.map((_unused, i) => i + 1));
    expect(outbox.totals).toEqual({ sent: 144, dropped: 0 });
  });

  it('keeps the newest 2,000 outcomes, and the next batch tells how many went', async () => {
    for (let i = 0; i < 2_500; i += 1) outbox.add(rowAt(START_US + i));
    await drain();
    expect(times()).toEqual(Array.from({ length: 2_000 }, (_unused, i) => START_US + 500 + i));
    expect(batches[0]?.completeness.droppedAgent).toBe(500);
    expect(outbox.totals).toEqual({ sent: 2_000, dropped: 500 });
  });

  it('counts what is given up, waiting or on its way', async () => {
    verdict = 'again';
    outbox.add(rowAt(START_US));
    await outbox.flush();
    outbox.add(rowAt(START_US + 1));
    outbox.giveUp();
    expect(outbox.isEmpty).toBe(true);
    expect(outbox.totals).toEqual({ sent: 0, dropped: 2 });
  });
});
