import { channelEnds, channelNews, type ChannelTold } from './channel-told.js';
import { type ChannelRecord, decideChannelNews } from './channel-trouble.decide.js';

const lost = {
  subject: 'status',
  action: 'status_update',
  dedupKey: 'in1:status',
  lastDetail: '401 Unauthorized',
} as const;
const record = (changes: Partial<ChannelRecord> = {}): ChannelRecord => ({
  channel: 'statuspage',
  isDisabled: false,
  told: null,
  lastDeliveredAt: 5,
  lost: null,
  late: null,
  ...changes,
});
const told = { deliveryId: 'd1', action: 'trigger', at: 10 } as const;

describe('decideChannelNews', () => {
  it('B11: given a channel that gave up what is no call, when it is looked at, then that is told, with what it was and why', () => {
    expect(decideChannelNews(record({ lost }))).toEqual({
      do: 'tell',
      title: 'channel statuspage gave up a status update (in1:status): 401 Unauthorized',
      severity: 'error',
    });
  });

  it.each([
    [{ ...lost, subject: 'change', action: 'change' }, 'a change', 'warning'],
    [{ ...lost, subject: 'notice', action: 'notice' }, 'a message to a customer', 'error'],
    [{ ...lost, subject: 'page', action: 'resolve' }, 'the end of a page', 'error'],
  ] as const)('given %j, then it is called %s, as a %s', (what, words, severity) => {
    expect(decideChannelNews(record({ lost: what }))).toMatchObject({
      title: expect.stringContaining(`gave up ${words} (`),
      severity,
    });
  });

  it('B11: given what the public waits for too long, then that is told', () => {
    expect(decideChannelNews(record({ late: { ...lost, lastDetail: null } }))).toMatchObject({
      do: 'tell',
      title: 'channel statuspage has not brought a status update (in1:status) for 5 minutes: no attempt yet',
    });
  });

  it('given that it was told, then nothing more is until the channel delivers, whatever else it gives up', () => {
    expect(decideChannelNews(record({ told, lost }))).toBeUndefined();
    expect(decideChannelNews(record({ told, lastDeliveredAt: 10 }))).toBeUndefined();
    expect(decideChannelNews(record({ told, lastDeliveredAt: null }))).toBeUndefined();
    const well = record({ told, lastDeliveredAt: 11 });
    expect(decideChannelNews(well)).toEqual({ do: 'end', because: 'channel statuspage delivers again' });
    expect(decideChannelNews({ ...well, isDisabled: true })).toBeUndefined();
    expect(decideChannelNews({ ...well, late: lost })).toBeUndefined();
  });

  it('given that it was told to be over, then what is lost after that is told again, and nothing else', () => {
    const over = { ...told, action: 'resolve' } as const;
    expect(decideChannelNews(record({ told: over }))).toBeUndefined();
    expect(decideChannelNews(record({ told: over, lost }))).toMatchObject({ do: 'tell' });
  });
});

describe('what is told of a channel', () => {
  const row = (deliveryId: string, changes: Partial<ChannelTold> = {}): ChannelTold => ({
    deliveryId,
    action: 'trigger',
    channel: 'pagerduty',
    address: null,
    body: { title: 't' },
    ...changes,
  });

  it('ends wherever it was told, by the same key, once', () => {
    const rows = [
      row('c', { channel: 'slack', address: '#ops' }),
      row('b'),
      row('x', { channel: 'mail', action: 'resolve' }),
    ];
    const ends = channelEnds('webhook', [...rows, row('a'), row('y', { channel: 'mail' })], 'well', 7);
    expect(ends.map(({ data }) => [data.channel, data.address, data.action, data.dedupKey])).toEqual([
      ['slack', '#ops', 'resolve', 'channel-webhook'],
      ['pagerduty', undefined, 'resolve', 'channel-webhook'],
    ]);
    expect(ends[1]?.data.body).toEqual({ title: 't', because: 'well', at: 7 });
  });

  it('is the same to two that see the same, and within what receivers take', () => {
    const news = { channel: 'a', through: 'b', rule: 'channel_failing', severity: 'error', behind: '', at: 1 } as const;
    const one = channelNews({ ...news, title: 'x'.repeat(500) });
    expect(String(one.data.body['title'])).toHaveLength(300);
    expect(channelNews({ ...news, title: 'y', at: 2 }).data.deliveryId).toBe(one.data.deliveryId);
    expect(channelNews({ ...news, title: 'x', behind: 'd1' }).data.deliveryId).not.toBe(one.data.deliveryId);
  });
});
