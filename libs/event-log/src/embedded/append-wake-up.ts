import pg from 'pg';
import { clearTimeout, setTimeout } from 'node:timers';
import { setTimeout as wait } from 'node:timers/promises';
import type { TopicPartition } from '../event-log.js';

/** What the listener needs of the log's options. */
export interface WakeUpOptions {
  readonly connection: () => pg.ClientConfig;
  readonly onError?: (what: string, error: Error) => void;
}

// Between two tries to listen again; readers poll each second meanwhile, so nothing is lost, only later.
const RECONNECT_MS = 500;

/**
 * Tells readers that something was appended. A notification is a hint: it is lost while disconnected, so readers also look once
 * a second and after every reconnect. One dedicated connection, never a pooled one.
 */
export class AppendWakeUp {
  private readonly waiting = new Map<string, Set<() => void>>();
  private client: pg.Client | undefined;
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: WakeUpOptions) {}

  start(): void {
    this.running = this.listen();
  }

  /** Resolves at the next append to the partition, or after `atMostMs`. */
  next({ topic, partition }: TopicPartition, atMostMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((done) => {
      const name = `${topic}/${partition}`;
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
      if (signal.aborted) finish();
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.client?.end().catch(() => undefined);
    await this.running;
  }

  private wake(name: string): void {
    for (const finish of this.waiting.get(name) ?? []) finish();
  }

  private async listen(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const client = new pg.Client({ ...this.options.connection(), query_timeout: 0, statement_timeout: 0 });
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
