import { decideFallOver, FALL_OVER_MS, type FailingCall, type OtherChannels } from './fall-over.decide.js';

const call = (changes: Partial<FailingCall> = {}): FailingCall => ({
  channel: 'pagerduty',
  isGivenUp: false,
  lastDetail: 'Bad Gateway',
  requestedAt: 0,
  tried: [],
  ...changes,
});
const others = (changes: Partial<OtherChannels> = {}): OtherChannels => ({
  order: ['pagerduty', 'slack', 'email'],
  accepted: [],
  asked: ['pagerduty'],
  unwell: [],
  ...changes,
});

describe('decideFallOver', () => {
  it('B11: a call that is not accepted leaves through the next channel after 45 s, and not before', () => {
    expect(decideFallOver(call(), others(), FALL_OVER_MS - 1)).toBeUndefined();
    expect(decideFallOver(call(), others(), FALL_OVER_MS)).toEqual({
      toChannel: 'slack',
      because: 'not accepted for 45 s: Bad Gateway',
      isAsked: false,
    });
  });

  it('B11: one that was refused leaves at once', () => {
    const refused = call({ isGivenUp: true, lastDetail: null });
    expect(decideFallOver(refused, others(), 0)).toMatchObject({
      toChannel: 'slack',
      because: 'given up: no attempt yet',
    });
  });

  it('goes on to a channel that it was not through, each once, and ends there', () => {
    const second = call({ channel: 'slack', tried: ['pagerduty'] });
    expect(decideFallOver(second, others({ asked: ['pagerduty', 'slack'] }), FALL_OVER_MS)?.toChannel).toBe('email');
    const third = call({ channel: 'email', tried: ['pagerduty', 'slack'] });
    expect(decideFallOver(third, others(), FALL_OVER_MS)).toBeUndefined();
  });

  it('passes over channels that are disabled or dead while there is another, and those that carry it already', () => {
    expect(decideFallOver(call(), others({ unwell: ['slack'] }), FALL_OVER_MS)?.toChannel).toBe('email');
    expect(decideFallOver(call(), others({ unwell: ['slack', 'email'] }), FALL_OVER_MS)?.toChannel).toBe('slack');
    const carried = others({ asked: ['pagerduty', 'slack', 'email'] });
    expect(decideFallOver(call(), carried, FALL_OVER_MS)).toBeUndefined();
  });

  it('where another has accepted the same call that alone is said', () => {
    const accepted = others({ asked: ['pagerduty', 'email'], accepted: ['email'] });
    expect(decideFallOver(call(), accepted, FALL_OVER_MS)).toEqual({
      toChannel: 'email',
      because: 'not accepted for 45 s: Bad Gateway; email has it already',
      isAsked: true,
    });
  });
});
