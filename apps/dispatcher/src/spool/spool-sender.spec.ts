import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '#runtime';
import { FakeClock, until } from '#testing';
import type { AttemptAnswer } from '../channels/attempt.decide.js';
import type { Channel } from '../channels/channel.js';
import { spoolIdOf } from './spool-entry.js';
import { SENDS_PER_CHANNEL_MAX } from '../dispatcher.config.js';
import { APPEND_MS_MAX, SpoolSender, STOP_MS_MAX } from './spool-sender.js';
import { Spool } from './spool.js';

const ACCEPTED: AttemptAnswer = { kind: 'answered', status: 202, retryAfter: null, detail: 'ok' };
const BUSY: AttemptAnswer = { kind: 'answered', status: 503, retryAfter: null, detail: 'busy' };
const LOST: AttemptAnswer = { kind: 'timeout', detail: 'no answer' };
const never = (): Promise<never> => new Promise(() => undefined);
const PAGE = { dedupKey: 'in1', action: 'trigger', body: { title: 'success 23 %' } } as const;
describe('sending from the spool', () => {
  let folder: string;
  let spool: Spool;
  let clock: FakeClock;
  const sent: string[] = [];
  const errors: string[] = [];
  beforeEach(async () => {
    clock = new FakeClock();
    errors.length = 0;
    folder = await mkdtemp(join(tmpdir(), 'tocsin-spool-'));
    spool = await open();
    sent.length = 0;
  });
  afterEach(async () => {
    await spool.close();
    await rm(folder, { recursive: true, force: true });
  });
  const reports = { onDamage: () => undefined, onUnread: () => undefined };
  const open = (bytesMax?: number, at = folder): Promise<Spool> =>
    Spool.open({ folder: at, nowMs: clock.nowMs, ...reports, ...(bytesMax === undefined ? {} : { bytesMax }) });
  const channelOf = (
    name: string,
    answers: (() => Promise<AttemptAnswer>)[] = [],
    changes: Partial<Channel> = {},
  ): Channel => ({
    name,
    isKeyed: false,
    timeoutMs: 1_000,
    secrets: [],
    send: async ({ dedupKey, action }) => {
      sent.push(`${name} ${action} ${dedupKey}`);
      return (answers.shift() ?? (async () => ACCEPTED))();
    },
    ...changes,
  });
  const senderOf = (channels: readonly Channel[], on: Spool = spool): SpoolSender =>
    new SpoolSender({
      spool: on,
      clock,
      logger: logger as unknown as Logger,
      random: () => 0.5,
      channels: new Map(channels.map((channel) => [channel.name, channel])),
    });
  const say = (line: unknown, message?: string) => void errors.push(message ?? String(line));
  const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: say };
  const idOf = (channel: string, dedupKey = 'in1') => spoolIdOf({ ...PAGE, channel, dedupKey });
  /** Lets what is due by then leave, and have its answer. */
  const after = async (sender: SpoolSender, ms: number): Promise<void> => {
    await sender.settled();
    await clock.advance(ms);
    sender.tick();
    await sender.settled();
  };
  const stateOf = (channel: string, on: Spool = spool) => on.pages.get(spoolIdOf({ channel, ...PAGE }));

  it('says a page once through each channel, however often it is told', async () => {
    const sender = senderOf([channelOf('slack'), channelOf('mail')]);
    await Promise.all([sender.say(PAGE), sender.say(PAGE)]);
    await sender.settled();
    await sender.say(PAGE);
    await sender.settled();
    expect(sent.toSorted()).toEqual(['mail trigger in1', 'slack trigger in1']);
    expect(stateOf('slack')).toMatchObject({ state: 'told', isDelivered: true, attempts: 1 });
  });

  it('is on the disk before it is sent, and its answer before it is tried again', async () => {
    const atSend: (string | undefined)[] = [];
    const look = (answer: AttemptAnswer) => async () => {
      // Opened beside it, the folder would be taken over.
      const aside = await mkdtemp(join(tmpdir(), 'tocsin-spool-'));
      await cp(folder, aside, { recursive: true });
      const copy = await open(undefined, aside);
      const known = stateOf('slack', copy);
      atSend.push(`${known?.state} ${known?.attempts}`);
      await copy.close();
      await rm(aside, { recursive: true });
      return answer;
    };
    const sender = senderOf([channelOf('slack', [look(BUSY), look(ACCEPTED)])]);
    await sender.say(PAGE);
    await after(sender, 1_000);
    expect(atSend).toEqual(['open 0', 'open 1']);
  });

  it('B11, P3: killed before the send, it is sent after the restart; killed before the answer was spooled, once more', async () => {
    const hung = senderOf([channelOf('slack', [never])]);
    await hung.say(PAGE);
    await until('it is under way', () => sent.length === 1);
    for (const key of ['before', 'between'])
      await spool.append({
        kind: 'page',
        page: {
          ...PAGE,
          dedupKey: key,
          channel: 'slack',
          spoolId: spoolIdOf({ ...PAGE, channel: 'slack', dedupKey: key }),
          spooledAtMs: clock.nowMs(),
        },
      });
    const after = await open();
    const next = senderOf([channelOf('slack')], after);
    next.tick();
    await next.settled();
    expect(sent.toSorted()).toEqual([
      'slack trigger before',
      'slack trigger between',
      'slack trigger in1',
      'slack trigger in1',
    ]);
    const third = await open();
    senderOf([channelOf('slack')], third).tick();
    expect(third.pages.unfinished().map(({ state }) => state)).toEqual(['told', 'told', 'told']);
    await Promise.all([after.close(), third.close()]);
  });

  it('P3: whoever is about to send the same gets the answer that there is', async () => {
    const named = { ...ACCEPTED, receiverId: 'ts1' };
    const sender = senderOf([channelOf('slack', [async () => named])]);
    await sender.say(PAGE);
    expect(await sender.takeOver(idOf('slack'))).toEqual({
      kind: 'delivered',
      by: 'this dispatcher',
      status: 202,
      detail: 'ok',
      receiverId: 'ts1',
      isUnknown: false,
    });
  });

  it('does not say what its delivery has taken over, though nobody had asked for it here yet', async () => {
    const sender = senderOf([channelOf('slack'), channelOf('mail')]);
    expect(await sender.takeOver(idOf('slack'))).toEqual({ kind: 'unknown' });
    await sender.say(PAGE);
    await sender.settled();
    expect(sent).toEqual(['mail trigger in1']);
  });

  it('remembers after a restart that a page was said again after its delivery', async () => {
    const sender = senderOf([channelOf('slack')]);
    await sender.takeOver(idOf('slack'));
    await sender.say(PAGE);
    const next = await open();
    const restarted = senderOf([channelOf('slack')], next);
    await restarted.say(PAGE);
    await restarted.settled();
    expect(sent).toEqual([]);
    await next.close();
  });

  it('hands over what it has not delivered, and tries no more', async () => {
    const sender = senderOf([channelOf('slack', [async () => BUSY])]);
    await sender.say(PAGE);
    await sender.settled();
    expect(await sender.takeOver(idOf('slack'))).toEqual({ kind: 'not delivered', isUnknown: false });
    await after(sender, 60_000);
    expect(sent).toEqual(['slack trigger in1']);
    expect(stateOf('slack')).toMatchObject({ state: 'closed', isDelivered: false, because: 'handed over' });
  });

  it('hands over what waits for a place, and does not send it when there is one', async () => {
    const answers: ((answer: AttemptAnswer) => void)[] = [];
    const answered = (): Promise<AttemptAnswer> => new Promise((resolve) => answers.push(resolve));
    const all = Array.from({ length: SENDS_PER_CHANNEL_MAX }, () => answered);
    const sender = senderOf([channelOf('slack', all)]);
    for (let index = 0; index <= SENDS_PER_CHANNEL_MAX; index += 1)
      await sender.say({ ...PAGE, dedupKey: `in${index}` });
    const last = `in${SENDS_PER_CHANNEL_MAX}`;
    await sender.takeOver(idOf('slack', last));
    await until('all places are taken', () => answers.length === SENDS_PER_CHANNEL_MAX);
    for (const answer of answers) answer(ACCEPTED);
    await sender.settled();
    expect(sent).toHaveLength(SENDS_PER_CHANNEL_MAX);
    expect(sent).not.toContain(`slack trigger ${last}`);
  });

  it('B11: a receiver that is down holds no place of another, nor what waits for its next try one of its own', async () => {
    const down = Array.from({ length: 200 }, () => async () => BUSY);
    const sender = senderOf([channelOf('slack', down), channelOf('pager', [], { isKeyed: true })]);
    for (let index = 0; index < 100; index += 1) await sender.say({ ...PAGE, dedupKey: `in${index}` });
    await sender.settled();
    expect(sent.filter((line) => line.startsWith('pager'))).toHaveLength(100);
    // All that is there has failed by then; its next try is hours away.
    await sender.say({ dedupKey: 'stale', action: 'trigger', body: { rule: 'telemetry_stale' } });
    await sender.settled();
    expect(sent).toContain('pager trigger stale');
  });

  it('keeps the pace of a receiver, and lets what is urgent pass it', async () => {
    const pace = { perMinute: 6, urgentPerMinute: 60 };
    const sender = senderOf([channelOf('slack', [], { pace })]);
    for (let index = 0; index < 5; index += 1) await sender.say({ ...PAGE, dedupKey: `in${index}` });
    await sender.settled();
    expect(sent).toEqual(['slack trigger in0']);
    await sender.say({ ...PAGE, dedupKey: 'bad', body: { severity: 'critical' } });
    await sender.settled();
    expect(sent.at(-1)).toBe('slack trigger bad');
    await after(sender, 60_000);
    expect(sent.length).toBeGreaterThan(2);
  });

  it('leaves a receiver alone that has failed five times in a row, and tries it again by one page', async () => {
    const down = Array.from({ length: 100 }, () => async () => BUSY);
    const sender = senderOf([channelOf('slack', down)]);
    for (let index = 0; index < 20; index += 1) await sender.say({ ...PAGE, dedupKey: `in${index}` });
    await sender.settled();
    const tried = sent.length;
    expect(tried).toBeLessThan(20);
    await after(sender, 9_000);
    expect(sent).toHaveLength(tried);
    await after(sender, 2_000);
    expect(sent).toHaveLength(tried + 1);
  });

  it('sends nothing through a channel that is disabled, and says why', async () => {
    const gone: AttemptAnswer = { kind: 'gone', status: 410, detail: 'no such hook' };
    const sender = senderOf([channelOf('slack', [async () => gone]), channelOf('mail')]);
    sender.setDisabled(new Map([['mail', 'by hand']]));
    await sender.say(PAGE);
    await sender.settled();
    await sender.say({ ...PAGE, dedupKey: 'in2' });
    await sender.settled();
    expect(sent).toEqual(['slack trigger in1']);
    expect(stateOf('mail')?.result?.detail).toBe('channel mail is disabled: by hand');
    expect(spool.pages.get(idOf('slack', 'in2'))?.result?.detail).toBe('channel slack is disabled: no such hook');
  });

  it('says an end only when its beginning has its answer', async () => {
    const sender = senderOf([channelOf('slack', [async () => BUSY])]);
    await sender.say(PAGE);
    await sender.settled();
    await sender.say({ ...PAGE, action: 'resolve' });
    await after(sender, 1_000);
    expect(sent).toEqual(['slack trigger in1', 'slack trigger in1', 'slack resolve in1']);
  });

  it('repeats what may have arrived once at a receiver without keys', async () => {
    const lost = async (): Promise<AttemptAnswer> => LOST;
    const sender = senderOf([channelOf('slack', [lost, lost, lost, lost])]);
    await sender.say(PAGE);
    await after(sender, 1_000);
    await after(sender, 60_000);
    expect(sent).toHaveLength(2);
    expect(stateOf('slack')).toMatchObject({ state: 'told', doubts: 2, result: { outcome: 'gave_up' } });
  });

  it('counts a send that a kill left without an answer, and tells whoever takes it over', async () => {
    const hung = senderOf([channelOf('slack', [never])]);
    await hung.say(PAGE);
    await until('it is under way', () => sent.length === 1);
    const after1 = await open();
    const second = senderOf([channelOf('slack', [async () => LOST])], after1);
    second.tick();
    await second.settled();
    expect(sent).toHaveLength(2);
    // It may have arrived twice by now.
    await after(second, 60_000);
    expect(sent).toHaveLength(2);
    expect(await second.takeOver(idOf('slack'))).toEqual({ kind: 'not delivered', isUnknown: true });
    await after1.close();
  });

  it('is told after a restart when a receiver wants its next try', async () => {
    const later = async (): Promise<AttemptAnswer> => ({ ...BUSY, retryAfter: '120' }) as AttemptAnswer;
    const sender = senderOf([channelOf('slack', [later])]);
    await sender.say(PAGE);
    await sender.settled();
    const next = await open();
    const restarted = senderOf([channelOf('slack')], next);
    await after(restarted, 100_000);
    expect(sent).toHaveLength(1);
    await after(restarted, 40_000);
    expect(sent).toHaveLength(2);
    await next.close();
  });

  it('does not say what another dispatcher has sent, though it hears of it first', async () => {
    const sender = senderOf([channelOf('slack'), channelOf('mail')]);
    const spoolId = spoolIdOf({ channel: 'slack', ...PAGE });
    await sender.sentElsewhere({
      kind: 'sent',
      spoolId,
      channel: 'slack',
      dedupKey: 'in1',
      outcome: 'delivered',
      at: 1,
    });
    await sender.say(PAGE);
    await sender.settled();
    expect(sent).toEqual(['mail trigger in1']);
  });

  it('B11: knows what another dispatcher has delivered when its delivery asks', async () => {
    const sender = senderOf([channelOf('slack')]);
    const told = { kind: 'sent', spoolId: idOf('slack'), channel: 'slack', dedupKey: 'in1', at: 1 } as const;
    await sender.sentElsewhere({ ...told, outcome: 'delivered', status: 201, detail: 'there', receiverId: 'ts2' });
    const answer = { kind: 'delivered', by: 'another dispatcher', status: 201, receiverId: 'ts2' };
    expect(await sender.takeOver(idOf('slack'))).toMatchObject(answer);
    await sender.sentElsewhere({ ...told, spoolId: idOf('slack', 'in2'), dedupKey: 'in2', outcome: 'gave_up' });
    expect(await sender.takeOver(idOf('slack', 'in2'))).toEqual({ kind: 'not delivered', isUnknown: false });
  });

  it('sends all the same when the disk takes nothing, once, and hears what others have sent', async () => {
    await spool.close();
    spool = new Spool({ nowMs: clock.nowMs, ...reports });
    const sender = senderOf([channelOf('slack'), channelOf('mail')]);
    const told = { kind: 'sent', spoolId: idOf('mail'), channel: 'mail', dedupKey: 'in1', at: 1 } as const;
    await sender.sentElsewhere({ ...told, outcome: 'delivered' });
    await sender.say(PAGE);
    await sender.settled();
    await sender.say(PAGE);
    await sender.settled();
    expect(sent).toEqual(['slack trigger in1']);
    expect(errors).toContain('a page is sent without being spooled');
    expect(await spool.isWritable()).toBe(false);
    // Once there is a disk it holds what was not written.
    await spool.attach(folder);
    const next = await open();
    expect(stateOf('slack', next)).toMatchObject({ state: 'told', isDelivered: true });
    await next.close();
  });

  it('does not wait for a disk that hangs', async () => {
    const append = spool.append.bind(spool);
    spool.append = (...entries) => append(...entries).then(never);
    const sender = senderOf([channelOf('pager', [], { isKeyed: true })]);
    const said = sender.say(PAGE);
    await clock.advance(APPEND_MS_MAX);
    await said;
    expect(sent).toEqual(['pager trigger in1']);
    await clock.advance(APPEND_MS_MAX);
    await sender.settled();
  });

  it('sends what the spool has no room for from memory, with its tries, and spools its answer', async () => {
    await spool.close();
    spool = await open(100);
    const sender = senderOf([channelOf('slack', [async () => BUSY])]);
    await sender.say(PAGE);
    await sender.settled();
    expect(stateOf('slack')).toBeUndefined();
    await after(sender, 1_000);
    expect(sent).toEqual(['slack trigger in1', 'slack trigger in1']);
    expect(stateOf('slack')).toMatchObject({ state: 'told', attempts: 2, isDelivered: true });
  });

  it('ends in bounded time though a receiver hangs, and sends nothing after that', async () => {
    const sender = senderOf([channelOf('slack', [], { send: (_delivery, { signal }) => aborted(signal) })]);
    await sender.say(PAGE);
    await until('it is under way', () => stateOf('slack')?.isStarted === true);
    const stopped = sender.stop();
    await clock.advance(STOP_MS_MAX);
    await stopped;
    await sender.say({ ...PAGE, dedupKey: 'in2' });
    expect(stateOf('slack')).toMatchObject({ state: 'open', doubts: 1, attempts: 1 });
    expect(spool.pages.get(idOf('slack', 'in2'))).toMatchObject({ state: 'open', attempts: 0 });
  });
});

const aborted = (signal: AbortSignal | undefined): Promise<AttemptAnswer> =>
  new Promise((done) => signal?.addEventListener('abort', () => done(LOST)));
