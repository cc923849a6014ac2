import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '#runtime';
import { FakeClock, until } from '#testing';
import type { AttemptAnswer } from '../channels/attempt.decide.js';
import type { Channel } from '../channels/channel.js';
import { spoolIdOf } from './spool-entry.js';
import { SPOOLED_SENDS_MAX, SpoolSender } from './spool-sender.js';
import { Spool } from './spool.js';

const ACCEPTED: AttemptAnswer = { kind: 'answered', status: 202, retryAfter: null, detail: 'ok' };
const BUSY: AttemptAnswer = { kind: 'answered', status: 503, retryAfter: null, detail: 'busy' };
const PAGE = { dedupKey: 'in1', action: 'trigger', body: { title: 'success 23 %' } } as const;
const quiet = Object.fromEntries(['debug', 'info', 'warn', 'error'].map((level) => [level, () => undefined]));

describe('sending from the spool', () => {
  let folder: string;
  let spool: Spool;
  const clock = new FakeClock();
  const sent: string[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tocsin-spool-'));
    spool = await open();
    sent.length = 0;
  });
  afterEach(async () => {
    await spool.close();
    await rm(folder, { recursive: true, force: true });
  });
  const open = (): Promise<Spool> => Spool.open({ folder, nowMs: clock.nowMs, onDamage: () => undefined });
  const channelOf = (name: string, answers: (() => Promise<AttemptAnswer>)[] = []): Channel => ({
    name,
    isKeyed: false,
    timeoutMs: 1_000,
    secrets: [],
    send: async ({ dedupKey, action }) => {
      sent.push(`${name} ${action} ${dedupKey}`);
      return (answers.shift() ?? (async () => ACCEPTED))();
    },
  });
  const senderOf = (channels: readonly Channel[], on: Spool = spool): SpoolSender =>
    new SpoolSender({
      spool: on,
      clock,
      logger: quiet as unknown as Logger,
      random: () => 0.5,
      channels: new Map(channels.map((channel) => [channel.name, channel])),
    });
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
      const copy = await Spool.open({ folder: aside, nowMs: clock.nowMs, onDamage: () => undefined });
      const known = stateOf('slack', copy);
      atSend.push(`${known?.state} ${known?.attempts}`);
      await copy.close();
      await rm(aside, { recursive: true });
      return answer;
    };
    const sender = senderOf([channelOf('slack', [look(BUSY), look(ACCEPTED)])]);
    await sender.say(PAGE);
    await until('it waits for its next try', () => clock.sleeping > 0);
    await clock.advance(1_000);
    await sender.settled();
    expect(atSend).toEqual(['open 0', 'open 1']);
  });

  it('B11, P3: killed before the send, it is sent after the restart; killed before the answer was spooled, once more', async () => {
    for (const key of ['before', 'between'])
      await spool.append({
        kind: 'page',
        page: {
          ...PAGE,
          dedupKey: key,
          channel: 'slack',
          spoolId: spoolIdOf({ ...PAGE, channel: 'slack', dedupKey: key }),
          spooledAtMs: 1,
        },
      });
    const hung = senderOf([channelOf('slack', [() => new Promise<never>(() => undefined)])]);
    await hung.say(PAGE);
    await until('it is under way', () => sent.length === 1);
    const after = await open();
    const next = senderOf([channelOf('slack')], after);
    next.resume();
    await next.settled();
    expect(sent.toSorted()).toEqual([
      'slack trigger before',
      'slack trigger between',
      'slack trigger in1',
      'slack trigger in1',
    ]);
    const third = await open();
    senderOf([channelOf('slack')], third).resume();
    expect(third.pages.unfinished().map(({ state }) => state)).toEqual(['told', 'told', 'told']);
    await Promise.all([after.close(), third.close()]);
  });

  it('P3: whoever is about to send the same gets the answer that there is', async () => {
    const sender = senderOf([channelOf('slack')]);
    await sender.say(PAGE);
    expect(await sender.takeOver(spoolIdOf({ channel: 'slack', ...PAGE }))).toMatchObject({ outcome: 'delivered' });
    expect(await sender.takeOver('unknown')).toBeUndefined();
  });

  it('hands over what it has not delivered, and tries no more', async () => {
    const sender = senderOf([channelOf('slack', [async () => BUSY])]);
    await sender.say(PAGE);
    await until('it waits for its next try', () => clock.sleeping > 0);
    expect(await sender.takeOver(spoolIdOf({ channel: 'slack', ...PAGE }))).toBeUndefined();
    await clock.advance(60_000);
    expect(sent).toEqual(['slack trigger in1']);
    expect(stateOf('slack')).toMatchObject({ state: 'closed', isDelivered: false });
  });

  it('hands over what waits for a place, and does not send it when there is one', async () => {
    const answers: ((answer: AttemptAnswer) => void)[] = [];
    const answered = (): Promise<AttemptAnswer> => new Promise((resolve) => answers.push(resolve));
    const sender = senderOf([
      channelOf(
        'slack',
        Array.from({ length: SPOOLED_SENDS_MAX }, () => answered),
      ),
    ]);
    for (let index = 0; index <= SPOOLED_SENDS_MAX; index += 1) await sender.say({ ...PAGE, dedupKey: `in${index}` });
    const last = { ...PAGE, dedupKey: `in${SPOOLED_SENDS_MAX}` };
    expect(await sender.takeOver(spoolIdOf({ channel: 'slack', ...last }))).toBeUndefined();
    for (const answer of answers) answer(ACCEPTED);
    await sender.settled();
    expect(sent).toHaveLength(SPOOLED_SENDS_MAX);
    expect(sent).not.toContain(`slack trigger ${last.dedupKey}`);
  });

  it('says an end only when its beginning has its answer', async () => {
    const sender = senderOf([channelOf('slack', [async () => BUSY])]);
    await sender.say(PAGE);
    await until('it waits for its next try', () => clock.sleeping > 0);
    await sender.say({ ...PAGE, action: 'resolve' });
    await clock.advance(1_000);
    await sender.settled();
    expect(sent).toEqual(['slack trigger in1', 'slack trigger in1', 'slack resolve in1']);
  });

  it('repeats what may have arrived once at a receiver without keys', async () => {
    const lost = async (): Promise<AttemptAnswer> => ({ kind: 'timeout', detail: 'no answer' });
    const sender = senderOf([channelOf('slack', [lost, lost, lost, lost])]);
    await sender.say(PAGE);
    await until('it waits for its next try', () => clock.sleeping > 0);
    await clock.advance(1_000);
    await sender.settled();
    expect(sent).toHaveLength(2);
    expect(stateOf('slack')).toMatchObject({ state: 'told', result: { outcome: 'gave_up' } });
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

  it('sends all the same when the disk takes nothing', async () => {
    await spool.close();
    await rm(folder, { recursive: true, force: true });
    const sender = senderOf([channelOf('slack')]);
    await sender.say(PAGE);
    await sender.settled();
    expect(sent).toEqual(['slack trigger in1']);
    expect(await spool.isWritable()).toBe(false);
  });
});
