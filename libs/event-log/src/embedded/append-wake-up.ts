import pg from 'pg';
import { clearTimeout, setTimeout } from 'node:timers';
import { setTimeout as wait } from 'node:timers/promises';
import type { TopicPartition } from '../event-log.js';
import { boundedConfig, type LogConnection } from './log-pool.js';

// Between two tries to listen again; readers poll each second meanwhile, so nothing is lost, only later.
const RECONNECT_MS = 500;

/**
 * Tells readers that something was appended. A notification is a hint: it is lost while disconnected, so readers also look once
 * a second and after every reconnect. One dedicated connection, never a pooled one.
 */
export class AppendWakeUp {
  private readonly waiting = new Map<string, Set<() => void>>();
  private readonly counts = new Map<string, number>();
  private client: pg.Client | undefined;
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: LogConnection) {}

  start(): void {
    this.running = this.listen();
  }

  /** How many appends to the partition were heard of. Read before looking, it tells `next` what came since. */
  heard({ topic, partition }: TopicPartition): number {
    return this.counts.get(`${topic}/${partition}`) ?? 0;
  }

  /** Resolves when more appends than `heard` were told, at once if so already, or after `atMostMs`. */
  next({ topic, partition }: TopicPartition, heard: number, atMostMs: number, signal: AbortSignal): Promise<void> {
    const name = `${topic}/${partition}`;
    if (signal.aborted || (this.counts.get(name) ?? 0) !== heard) return Promise.resolve();
    return new Promise((done) => {
      const waiters = this.waiting.get(name) ?? new Set();
      this.waiting.set(name, waiters);
      const finish = (): void => {
        waiters.delete(finish);
        clearTimeout(timer);
        signal.removeEventListener('abort', finish);
        done();
      };
      const timer = setTimeout(finish, atMostMs);
      waiters.add(finish);
      signal.addEventListener('abort', finish);
    });
  }

  /** Lets whoever waits for the partition look again. */
  wake(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    for (const finish of this.waiting.get(name) ?? []) finish();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.client?.end().catch(() => undefined);
    await this.running;
  }

  private async listen(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const client = new pg.Client(boundedConfig(this.options));
      this.client = client;
      const ended = new Promise<void>((done) => client.once('end', () => done()));
      client.on('error', (error) => this.options.onError?.('listen', error));
      client.on('notification', ({ payload }) => this.wake(payload ?? ''));
      try {
        await client.connect();
        await client.query('listen tocsin_log');
        for (const name of this.waiting.keys()) this.wake(name);
        await ended;
      } catch {
        await client.end().catch(() => undefined);
      }
      await wait(RECONNECT_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }
}
