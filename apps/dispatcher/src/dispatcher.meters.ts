import { asked, counterOf, gaugeOf, type Meters, type Reading, type Rounds, ROUNDS_FAILING } from '#runtime';
import type { DeliveryQueues } from '#store';
import type { AttemptVerdict } from './channels/attempt.decide.js';

/** Channels are of the settings: eight kinds, some of them several times. */
const CHANNELS_MAX = 64;
/** Outcomes of an attempt. */
const OUTCOMES_MAX = 4;

const ATTEMPTS = counterOf(
  'tocsin_delivery_attempts_total',
  'Attempts of this process to deliver, by channel and by what became of them.',
  ['channel', 'outcome'],
  CHANNELS_MAX * OUTCOMES_MAX,
);
const RETRIES = counterOf(
  'tocsin_delivery_retries_total',
  'Attempts that were not the first of their delivery.',
  ['channel'],
  CHANNELS_MAX,
);
const DUE = gaugeOf(
  'tocsin_deliveries_due',
  'Deliveries that wait, by channel, as the database has it: the same in every process.',
  ['channel'],
  CHANNELS_MAX,
);
const OLDEST = gaugeOf(
  'tocsin_deliveries_oldest_due_seconds',
  'How long the oldest delivery of a channel waits; 0 when none does.',
  ['channel'],
  CHANNELS_MAX,
);
const DISABLED = gaugeOf('tocsin_channel_disabled', 'Whether a channel is disabled.', ['channel'], CHANNELS_MAX);
const SENDING = gaugeOf('tocsin_deliveries_sending', 'Deliveries that are under way in this process.');
const SPOOL = gaugeOf('tocsin_spool_pages', 'Pages in the spool of this process that are not over.');
const WRITABLE = gaugeOf('tocsin_spool_writable', 'Whether the spool of this process can be written.');
const STALE = gaugeOf('tocsin_telemetry_stale', 'Whether no tick came for so long that it was paged.');
const DEAD_MAN = gaugeOf(
  'tocsin_dead_man_told',
  'Whether the dead-man service is told that all is well; missing where none is set.',
);

/** What the dispatcher counts. */
export class DeliveryCounts {
  private readonly attempts = new Map<string, Reading<'channel' | 'outcome'> & { value: number }>();
  private readonly retries = new Map<string, number>();

  /** Every channel counts from 0: an increase is seen only of what was there before, and the first page that is given up is one too many. */
  constructor(channels: Iterable<string> = []) {
    for (const channel of channels)
      for (const outcome of ['delivered', 'retry', 'gave_up'] as const)
        this.attempts.set(`${channel} ${outcome}`, { labels: { channel, outcome }, value: 0 });
  }

  /** An attempt was recorded; `attempt` is 1 for the first. */
  attempted(channel: string, outcome: AttemptVerdict['outcome'], attempt: number): void {
    const key = `${channel} ${outcome}`;
    const known = this.attempts.get(key) ?? { labels: { channel, outcome }, value: 0 };
    known.value += 1;
    this.attempts.set(key, known);
    if (attempt > 1) this.retries.set(channel, (this.retries.get(channel) ?? 0) + 1);
  }

  /** Adds what was counted. */
  meter(meters: Meters): void {
    meters.add(ATTEMPTS, () => [...this.attempts.values()]);
    meters.add(RETRIES, () => [...this.retries].map(([channel, value]) => ({ labels: { channel }, value })));
  }
}

/** What goes on without the database, as meters ask it. */
export interface DegradedReadings {
  readonly spooled: number;
  readonly isSpoolWritable: boolean;
  readonly isStale: boolean;
  /** undefined: no dead-man service is set. */
  readonly isDeadManTold: boolean | undefined;
}

/** What the meters of a dispatcher ask. */
export interface MeteredDispatcher {
  readonly rounds: readonly Rounds[];
  readonly queues: Pick<DeliveryQueues, 'channels'>;
  readonly nowMs: () => number;
  readonly sending: () => number;
  readonly degraded: () => Promise<DegradedReadings | undefined>;
}

const flag = (value: boolean | undefined): number | undefined => (value === undefined ? undefined : Number(value));

/** Adds what waits, what fails, and what goes on without the database. */
export const meterDispatcher = (
  meters: Meters,
  { rounds, queues, nowMs, sending, degraded }: MeteredDispatcher,
): void => {
  const channels = asked(queues.channels);
  const readings = asked(degraded);
  const perChannel =
    (valueOf: (state: Awaited<ReturnType<DeliveryQueues['channels']>>[number]) => number) => async () =>
      (await channels()).map((state) => ({ labels: { channel: state.name }, value: valueOf(state) }));
  meters.add(ROUNDS_FAILING, () =>
    rounds.map(({ name, failure }) => ({ labels: { round: name }, value: failure === undefined ? 0 : 1 })),
  );
  meters.add(SENDING, sending);
  meters.add(
    DUE,
    perChannel(({ pending }) => pending),
  );
  meters.add(
    OLDEST,
    perChannel(({ oldestPendingAt }) =>
      oldestPendingAt === null ? 0 : Math.max(0, nowMs() - oldestPendingAt) / 1_000,
    ),
  );
  meters.add(
    DISABLED,
    perChannel(({ disabledBecause }) => (disabledBecause === null ? 0 : 1)),
  );
  meters.add(SPOOL, async () => (await readings())?.spooled);
  meters.add(WRITABLE, async () => flag((await readings())?.isSpoolWritable));
  meters.add(STALE, async () => flag((await readings())?.isStale));
  meters.add(DEAD_MAN, async () => flag((await readings())?.isDeadManTold));
};
