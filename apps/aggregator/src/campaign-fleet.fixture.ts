import { setTimeout as wait } from 'node:timers/promises';
import { GATEWAY_KEY_ID, type OutcomeBatch } from '#contracts';
import type { EventLog } from '#event-log';
import { systemClock } from '#runtime';
import { createRandom, makeBatch, recordOf } from './fleet-history.fixture.js';
import { tagged } from './tagged.fixture.js';

/** What a fleet is like. */
export interface CampaignFleetOptions {
  readonly log: Pick<EventLog, 'append'>;
  readonly seed: number;
  /** Told of every batch that the log took, once. */
  readonly onTaken: (batch: OutcomeBatch) => void;
}

/** A fleet that publishes until it is told to stop. */
export interface CampaignFleet {
  /** Appends that failed and were repeated: the log may hold those batches twice. */
  readonly failures: () => number;
  /** Publishes what is held back too; resolves when the log has everything. */
  readonly stop: () => Promise<void>;
  /** Stops at once: what the log has not taken is lost. */
  readonly abandon: () => void;
}

/** Enough for every partition of six to have several. */
const NODES = 24;
/** Between two batches of one node. */
const EVERY_MS = 400;
const OUTCOMES = 25;
/** One in twenty, though the log took it: what the retries of a producer do when an answer is lost. */
const REPEATED = 0.05;
/** Batches that come after later ones, and most batches that pass them: 30 s. */
const HELD = 0.03;
const PASSED_MAX = 75;
/** An agent that starts again numbers its batches from 1, while some of its last life are still to come. */
const REBORN = 0.003;
/** The pause after an append that failed; the broker is away for seconds at a time. */
const AGAIN_MS = 200;

/** Appends until the log says that it has it: the sender cannot know whether a failed append took effect. Rejects when given up. */
const appendPatiently = async (
  { log }: CampaignFleetOptions,
  batch: OutcomeBatch,
  onFailure: () => void,
  signal: AbortSignal,
): Promise<void> => {
  const record = tagged('telemetry.outcomes', recordOf(batch), GATEWAY_KEY_ID);
  for (;;) {
    signal.throwIfAborted();
    try {
      await log.append('telemetry.outcomes', [record]);
      return;
    } catch {
      onFailure();
      await wait(AGAIN_MS);
    }
  }
};

/** The batches of one node in the order in which it sends them; `undefined` where one is held back. */
function* batchesOf(node: number, random: () => number): Generator<readonly OutcomeBatch[], void, boolean> {
  const region = node % 2 === 0 ? 'europe' : 'us-east';
  const place = { nodeId: `n${node}`, region, pop: `${region}-${node % 6}` };
  let held: { readonly batch: OutcomeBatch; readonly dueAt: number }[] = [];
  let [boot, seq, published] = [1, 0, 0];
  for (let round = 0, isLast = false; !isLast; round += 1) {
    if (random() < REBORN) [boot, seq, published] = [boot + 1, 0, 0];
    seq += 1;
    published += OUTCOMES;
    const dtUs = Array.from({ length: OUTCOMES }, () => Math.floor(random() * EVERY_MS * 1_000));
    const softwareVersion = random() < 0.3 ? 'v2' : 'v1';
    const identity = { ...place, agentBootId: String(boot), seq, published, softwareVersion };
    const batch = makeBatch({ ...identity, t0Us: (systemClock.nowMs() - EVERY_MS) * 1_000 }, dtUs, random);
    const due = held.filter(({ dueAt }) => dueAt <= round);
    held = held.filter(({ dueAt }) => dueAt > round);
    if (random() < HELD) held.push({ batch, dueAt: round + 1 + Math.floor(random() * PASSED_MAX) });
    else due.push({ batch, dueAt: round });
    isLast = yield due.map((each) => each.batch);
  }
  yield held.map(({ batch }) => batch);
}

/** Starts to publish: every node has one batch in flight and repeats it, unchanged, until the log has it. */
export const startCampaignFleet = (options: CampaignFleetOptions): CampaignFleet => {
  let failures = 0;
  let isStopping = false;
  const abandoning = new AbortController();
  const onFailure = (): void => void (failures += 1);
  const append = (batch: OutcomeBatch): Promise<void> => appendPatiently(options, batch, onFailure, abandoning.signal);
  const publish = async (batches: readonly OutcomeBatch[], random: () => number): Promise<void> => {
    for (const batch of batches) {
      await append(batch);
      options.onTaken(batch);
      if (random() < REPEATED) await append(batch);
    }
  };
  const live = async (node: number): Promise<void> => {
    const random = createRandom(options.seed * 1_000_003 + node * 7_919);
    const batches = batchesOf(node, random);
    for (let next = batches.next(); next.done !== true; next = batches.next(isStopping)) {
      await publish(next.value, random);
      if (!isStopping) await wait(EVERY_MS);
    }
  };
  const living = Promise.all(Array.from({ length: NODES }, (_, node) => live(node)));
  living.catch(() => undefined);
  return {
    failures: () => failures,
    stop: async () => {
      isStopping = true;
      await living;
    },
    abandon: () => abandoning.abort(),
  };
};
