import { type SentStalePage, unsaidBeginnings, unsaidEnds } from './catch-up.decide.js';

const ID = 'telemetry-stale-8';
const CHANNELS = ['pagerduty', 'slack'];
const sent = (
  channel: string,
  action: SentStalePage['action'],
  change: Partial<SentStalePage> = {},
): SentStalePage => ({
  staleId: ID,
  channel,
  action,
  isDelivered: true,
  ...change,
});

describe('what the teller of a stale episode left unsaid', () => {
  it.each<[string, readonly SentStalePage[], readonly string[]]>([
    ['nothing is recorded', [], ['pagerduty', 'slack']],
    ['one channel has it', [sent('slack', 'trigger')], ['pagerduty']],
    ['one was given up, which is an answer', [sent('slack', 'trigger', { isDelivered: false })], ['pagerduty']],
    ['another episode was said', [sent('slack', 'trigger', { staleId: 'telemetry-stale-7' })], CHANNELS],
    ['all have it', [sent('slack', 'trigger'), sent('pagerduty', 'trigger')], []],
  ])('B2: of its beginning, when %s', (_what, known, channels) =>
    expect(unsaidBeginnings(ID, CHANNELS, known)).toEqual(
      channels.map((channel) => ({ staleId: ID, channel, action: 'trigger' })),
    ),
  );

  it.each<[string, readonly SentStalePage[], readonly string[]]>([
    ['nothing was said', [], []],
    ['a channel took the beginning alone', [sent('slack', 'trigger')], ['slack']],
    ['it took both', [sent('slack', 'trigger'), sent('slack', 'resolve')], []],
    ['it never took the beginning', [sent('slack', 'trigger', { isDelivered: false })], []],
    ['the channel is not there any more', [sent('teams', 'trigger')], []],
  ])('B2: of its end, when %s', (_what, known, channels) =>
    expect(unsaidEnds(CHANNELS, known)).toEqual(
      channels.map((channel) => ({ staleId: ID, channel, action: 'resolve' })),
    ),
  );
});
