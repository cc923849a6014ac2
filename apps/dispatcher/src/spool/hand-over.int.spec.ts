import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { event, streamOf, TICK_MS } from '#contracts';
import { createSpooledRepository, type EventStore } from '#store';
import { until } from '#testing';
import type { AttemptAnswer } from '../channels/attempt.decide.js';
import type { Channel } from '../channels/channel.js';
import { UrgentPagesConsumer } from '../degraded/urgent-pages.consumer.js';
import { World } from '../dispatcher.fixture.js';
import { type OpenSpool, openSpool } from './open-spool.js';

const ACCEPTED: AttemptAnswer = { kind: 'answered', status: 200, retryAfter: null, detail: 'ok' };
const BUSY: AttemptAnswer = { ...ACCEPTED, status: 503 };
const LOST: AttemptAnswer = { kind: 'timeout', detail: 'no answer' };

describe('handing over from a spool to deliveries', () => {
  let world: World;
  let dataDir: string;
  let isDatabaseAway = true;
  const opened: OpenSpool[] = [];
  const sent: string[] = [];
  beforeEach(async () => {
    world = await World.open();
    dataDir = await mkdtemp(join(tmpdir(), 'tocsin-spool-'));
    isDatabaseAway = true;
    sent.length = 0;
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) {
      await each.stop();
      await each.close();
    }
    await world.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  /** What a dispatcher sends through Slack, and what it is answered. */
  const slack = (by: string, ...answers: readonly AttemptAnswer[]): Channel => {
    const left = [...answers];
    return {
      name: 'slack',
      isKeyed: false,
      timeoutMs: 1_000,
      secrets: [],
      send: async ({ action, dedupKey }) => {
        sent.push(`${by} ${action} ${dedupKey}`);
        return left.shift() ?? ACCEPTED;
      },
    };
  };
  const unlessAway: Pick<EventStore, 'append'>['append'] = async (...told) => {
    if (isDatabaseAway) throw new Error('the database is away');
    return world.eventStore.append(...told);
  };
  /** Nobody hears by the log what was sent: what the database knows is what counts. */
  const mute = { append: () => Promise.reject(new Error('the log is away')) };
  /** The spool of one dispatcher; the database answers it when it is back. */
  const spoolOf = async (channel: Channel, name = 'a'): Promise<OpenSpool> => {
    const { clock, logger, eventStore, db } = world;
    const parts = { clock, logger, eventLog: mute, database: db.database, random: () => 0.5 };
    const all = {
      ...parts,
      dataDir: join(dataDir, name),
      channels: new Map([['slack', channel]]),
      eventStore: { ...eventStore, append: unlessAway },
    };
    const spool = await openSpool(all);
    opened.push(spool);
    return spool;
  };
  /** Another dispatcher, which the database answers. */
  const other = (channel: Channel) => world.dispatcher([channel], { dataDir: join(dataDir, 'b') });
  const pages = async ({ sender }: OpenSpool, dedupKey = 'in1'): Promise<void> => {
    await sender.say({ dedupKey, action: 'trigger', body: { title: 'success 23 %', severity: 'critical' } });
    await sender.settled();
  };
  const resolves = (dedupKey = 'in1') =>
    world.tell(
      streamOf.incident(dedupKey),
      1,
      event('IncidentResolved', { incidentId: dedupKey, because: 'recovered', at: world.clock.nowMs() }),
    );
  const decides = (ms: number) =>
    world.db.database.query(
      `insert into ingest_position (cluster_id, consumer, topic, partition, next_offset, incarnation)
       values ('c', 'rules', 'slots', 0, $1, 0)
       on conflict (cluster_id, consumer, topic, partition) do update set next_offset = excluded.next_offset`,
      [Math.ceil(ms / TICK_MS)],
    );

  it('B11: what one dispatcher tries from its spool it leaves to the other, once the incident is recorded', async () => {
    const a = await spoolOf(slack('a', BUSY, BUSY, BUSY));
    const b = await other(slack('b'));
    await pages(a);
    isDatabaseAway = false;
    await world.opens('in1');
    await a.settle();
    await b.settle();
    await world.clock.advance(60_000);
    await a.settle();
    expect(sent).toEqual(['a trigger in1', 'b trigger in1']);
  });

  it('B11: the other knows that it may have arrived, and repeats it once, marked unknown', async () => {
    const a = await spoolOf(slack('a', LOST));
    const b = await other(slack('b', LOST));
    await pages(a);
    isDatabaseAway = false;
    await world.opens('in1');
    await a.settle();
    await b.settle();
    await world.clock.advance(60_000);
    await b.settle();
    expect(sent).toEqual(['a trigger in1', 'b trigger in1']);
    const [delivery] = await world.deliveries();
    expect(delivery).toMatchObject({ status: 'gave_up', isUnknown: true });
  });

  it('what it delivered is the answer of the delivery, with what its receiver calls it', async () => {
    const a = await spoolOf(slack('a', { ...ACCEPTED, receiverId: 'ts1' }));
    const b = await other(slack('b'));
    await pages(a);
    isDatabaseAway = false;
    await a.settle();
    await world.opens('in1');
    await b.settle();
    expect(sent).toEqual(['a trigger in1']);
    expect(await world.attempts()).toMatchObject([{ outcome: 'delivered', receiverId: 'ts1' }]);
  });

  it('a page whose incident began and ended meanwhile is ended at its receiver, not told anew', async () => {
    const a = await spoolOf(slack('a'));
    const b = await other(slack('b'));
    await pages(a);
    isDatabaseAway = false;
    await a.settle();
    await world.opens('in1');
    await resolves();
    await world.clock.advance(10_000);
    await b.settle();
    await b.settle();
    expect(sent).toEqual(['a trigger in1', 'b resolve in1']);
  });

  it('a page that is recorded when all is over is ended all the same, once', async () => {
    const a = await spoolOf(slack('a'));
    const b = await other(slack('b'));
    await pages(a);
    await world.opens('in1');
    await resolves();
    await world.clock.advance(10_000);
    // It knows of no page, and tells both by one notice.
    await b.settle();
    await b.settle();
    expect(sent).toEqual(['a trigger in1', 'b update in1']);
    isDatabaseAway = false;
    await a.settle();
    await a.settle();
    await b.settle();
    expect(sent.slice(2)).toEqual(['b resolve in1']);
  });

  it('one that was told its end behind the page is not told it again', async () => {
    const a = await spoolOf(slack('a'));
    const b = await other(slack('b'));
    await pages(a);
    await world.opens('in1');
    await resolves();
    await b.settle();
    await b.settle();
    isDatabaseAway = false;
    await a.settle();
    await b.settle();
    expect(sent).toEqual(['a trigger in1', 'b trigger in1', 'b resolve in1']);
  });

  it('a page that the rules do not find again is ended once they are well beyond it, and told anew if they do', async () => {
    const a = await spoolOf(slack('a'));
    const b = await other(slack('b'));
    await pages(a);
    const at = world.clock.nowMs();
    isDatabaseAway = false;
    await decides(at + 299_000);
    await a.settle();
    await b.settle();
    expect(sent).toEqual(['a trigger in1']);
    await decides(at + 301_000);
    await a.settle();
    await a.settle();
    await b.settle();
    await b.settle();
    expect(sent).toEqual(['a trigger in1', 'b resolve in1']);
    await world.opens('in1');
    await b.settle();
    expect(sent.slice(2)).toEqual(['b trigger in1']);
  });

  it('with an incident, nothing of it is ended', async () => {
    const a = await spoolOf(slack('a'));
    await pages(a);
    isDatabaseAway = false;
    await world.opens('in1');
    await decides(world.clock.nowMs() + 900_000);
    await a.settle();
    expect((await world.deliveries()).map(({ action }) => action)).not.toContain('resolve');
  });

  it('of two spools that told the same, the one that delivered it counts', async () => {
    const a = await spoolOf(slack('a', LOST, LOST));
    const c = await spoolOf(slack('c'), 'c');
    const b = await other(slack('b'));
    await pages(a);
    await pages(c);
    isDatabaseAway = false;
    await world.opens('in1');
    await a.settle();
    await c.settle();
    await b.settle();
    expect(sent).toEqual(['a trigger in1', 'c trigger in1']);
  });

  it('B11: urgent pages that the database knows by now are left to their deliveries, also after the next restart', async () => {
    const { eventLog, clock, logger, db } = world;
    const tell = (dedupKey: string) => {
      const value = Buffer.from(JSON.stringify({ kind: 'page', dedupKey, body: {}, at: clock.nowMs() }));
      return eventLog.append('pages.urgent', [{ key: dedupKey, value, headers: {} }]);
    };
    await world.opens('in1');
    await tell('in1');
    await tell('in2');
    const a = await spoolOf(slack('a'));
    const { incidentsOf } = createSpooledRepository(db.database);
    const consumer = (recorded: typeof incidentsOf | (() => Promise<undefined>)) =>
      new UrgentPagesConsumer({
        eventLog,
        sender: a.sender,
        recorded,
        clock,
        logger,
        onCrash: (error) => void sent.push(String(error)),
      });
    const first = consumer(incidentsOf);
    await first.start();
    await until('the other is said', () => sent.length > 0);
    await first.stop();
    const second = consumer(async () => undefined);
    await second.start();
    await tell('in3');
    await until('the newest is said', () => sent.includes('a trigger in3'));
    await second.stop();
    expect(sent).toEqual(['a trigger in2', 'a trigger in3']);
  });
});
