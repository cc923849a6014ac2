import { type Candidate, type ClaimTerms, decideSends, evolveReceiver, NEW_RECEIVER, type Receiver } from '#domain';
import type { DueDelivery } from '#store';
import { createDice } from '#testing';
import { type AttemptAnswer, decideAttempt } from './channels/attempt.decide.js';
import type { Channel } from './channels/channel.js';
import { decideDelivery } from './delivery.decide.js';

const S = 1_000;
const TICK_MS = 200;
const LEASE_MS = 30 * S;
const PLACES = 8;

interface Row {
  readonly key: string;
  readonly isUrgent: boolean;
  readonly requestedAt: number;
  status: 'due' | 'delivered' | 'gave_up';
  attempts: number;
  begun: number;
  claimedUntil: number;
  dueAt: number;
  isUnknown: boolean;
}

interface Outcome {
  readonly rows: readonly Row[];
  /** How often each key arrived. */
  readonly arrived: ReadonlyMap<string, number>;
  readonly sentAt: readonly number[];
}

const answered = (status: number, retryAfter: string | null = null): AttemptAnswer => ({
  kind: 'answered',
  status,
  retryAfter,
  detail: '',
});

/** What goes wrong with three attempts of ten; of the last four the receiver has it. */
const FAULTS: readonly { readonly answer: AttemptAnswer | 'killed'; readonly hasIt: boolean }[] = [
  { answer: answered(429, '3'), hasIt: false },
  { answer: answered(429), hasIt: false },
  { answer: answered(503), hasIt: false },
  { answer: { kind: 'unreached', detail: 'ECONNREFUSED' }, hasIt: false },
  { answer: { kind: 'timeout', detail: 'unheard' }, hasIt: false },
  { answer: { kind: 'timeout', detail: 'lost' }, hasIt: true },
  { answer: { kind: 'network', detail: 'ECONNRESET' }, hasIt: true },
  { answer: 'killed', hasIt: true },
  { answer: 'killed', hasIt: true },
];

/** The engine over one receiver, with rows in memory in place of the database. */
const simulate = (channel: Channel, count: number, seed: number): Outcome => {
  const dice = createDice(seed);
  const rows: Row[] = Array.from({ length: count }, (_, index) => ({
    key: `in${index}`,
    isUrgent: index % 10 === 0,
    requestedAt: Math.floor(index / 20) * TICK_MS,
    status: 'due',
    attempts: 0,
    begun: 0,
    claimedUntil: 0,
    dueAt: Math.floor(index / 20) * TICK_MS,
    isUnknown: false,
  }));
  const arrived = new Map<string, number>();
  const sentAt: number[] = [];
  let receiver: Receiver = NEW_RECEIVER;

  const attempt = (row: Row, nowMs: number): void => {
    const delivery = { ...row, channel: channel.name, subject: 'page', askedAt: row.requestedAt, body: {} };
    const step = decideDelivery(
      delivery as unknown as DueDelivery,
      new Map([[channel.name, channel]]),
      new Map(),
      nowMs,
    );
    if (step.do === 'give up') {
      row.status = 'gave_up';
      return;
    }
    const fault = dice.below(10) < 3 ? FAULTS[dice.below(FAULTS.length)] : undefined;
    sentAt.push(nowMs);
    const wasBegun = row.begun > 0;
    row.begun += 1;
    if (fault === undefined || fault.hasIt) arrived.set(row.key, (arrived.get(row.key) ?? 0) + 1);
    // The claim runs out, and another takes it.
    if (fault?.answer === 'killed') return;
    const { isKeyed } = channel;
    const { wasUnknown } = step;
    const answer = fault?.answer ?? answered(200);
    const verdict = decideAttempt(answer, row.attempts + 1, nowMs, dice.below(1_000) / 1_000, { isKeyed, wasUnknown });
    receiver = { ...receiver, probeUntilMs: 0, health: evolveReceiver(receiver.health, { ...verdict, at: nowMs }) };
    row.isUnknown ||= verdict.isUnknown === true || (!isKeyed && wasBegun);
    row.status = verdict.outcome === 'retry' ? 'due' : verdict.outcome;
    row.attempts += 1;
    row.begun = 0;
    row.claimedUntil = 0;
    row.dueAt = verdict.dueAtMs ?? nowMs;
  };

  for (let nowMs = 0; rows.some(({ status }) => status === 'due'); nowMs += TICK_MS) {
    const due = rows
      .filter((row) => row.status === 'due' && row.dueAt <= nowMs && row.claimedUntil <= nowMs)
      .toSorted((a, b) => Number(b.isUrgent) - Number(a.isUrgent) || a.dueAt - b.dueAt)
      .slice(0, PLACES);
    const candidates: Candidate[] = due.map(({ key, isUrgent }) => ({ deliveryId: key, address: '', isUrgent }));
    const terms: ClaimTerms = { pace: channel.pace, nowMs, leaseMs: LEASE_MS };
    const { chosen, receivers } = decideSends(
      candidates,
      { receivers: new Map([['', receiver]]), bucket: undefined },
      terms,
    );
    receiver = receivers.get('') ?? receiver;
    for (const row of due.filter(({ key }) => chosen.has(key))) {
      row.claimedUntil = nowMs + LEASE_MS;
      attempt(row, nowMs);
    }
  }
  return { rows, arrived, sentAt };
};

const channelOf = (isKeyed: boolean): Channel => ({
  name: 'chat',
  isKeyed,
  pace: { perMinute: 2_000, urgentPerMinute: 200 },
  timeoutMs: S,
  secrets: [],
  send: () => Promise.reject(new Error('not sent')),
});

describe('10,000 notifications with three faults in ten', () => {
  it('B11: each arrives at a receiver with a key, none is given up, and the limit holds', () => {
    const { rows, arrived, sentAt } = simulate(channelOf(true), 10_000, 7);
    expect(arrived.size).toBe(10_000);
    expect(rows.filter(({ status }) => status !== 'delivered')).toEqual([]);
    let from = 0;
    const most = sentAt.map((atMs, index) => {
      while ((sentAt[from] ?? 0) <= atMs - 60 * S) from += 1;
      return index - from + 1;
    });
    expect(most.reduce((highest, each) => Math.max(highest, each), 0)).toBeLessThanOrEqual(2_200);
  });

  it('B11: a receiver without a key gets none more than twice, what it has twice is marked unknown, and what is lost is known', () => {
    const { rows, arrived } = simulate(channelOf(false), 10_000, 11);
    expect(Math.max(...arrived.values())).toBe(2);
    const repeated = rows.filter(({ key }) => (arrived.get(key) ?? 0) > 1);
    expect(repeated.length).toBeGreaterThan(100);
    expect(repeated.filter(({ isUnknown, status }) => !isUnknown && status !== 'gave_up')).toEqual([]);
    // Given up, it falls over to another channel: nothing is lost in silence.
    const missing = rows.filter(({ key, status }) => !arrived.has(key) && status !== 'gave_up');
    expect(missing).toEqual([]);
  });
});
