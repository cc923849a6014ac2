import fc from 'fast-check';
import { linkedChannel } from '../page-links.js';
import type { AttemptAnswer } from './attempt.decide.js';
import type { Channel, OutgoingDelivery } from './channel.js';
import { cut, cutShown } from './cut.js';
import { opsgenieChannel } from './opsgenie.channel.js';
import { startFakeOpsgenie } from './opsgenie.fake.js';
import { pagerDutyChannel } from './pagerduty.channel.js';
import { startFakePagerDuty } from './pagerduty.fake.js';
import { slackWebhookChannel } from './slack-webhook.channel.js';
import { slackChannel } from './slack.channel.js';
import { startFakeSlack } from './slack.fake.js';
import { teamsChannel } from './teams.channel.js';
import { startFakeTeams } from './teams.fake.js';

const SLACK = {
  token: 'xoxb-token',
  channels: { '#ops': 'C01' },
  webhook: { path: '/services/T0/B0/secret', channel: 'C02' },
};

/** Six requests each. */
const RUNS = 100;

/** Each channel before its fake, which answers 4xx to what is over a limit. */
const openAll = async (): Promise<{ readonly channels: readonly Channel[]; readonly close: () => Promise<void> }> => {
  const fakes = {
    pagerDuty: await startFakePagerDuty(),
    opsgenie: await startFakeOpsgenie('key'),
    slack: await startFakeSlack(SLACK),
    teams: await startFakeTeams('/workflows/1'),
  };
  const channels = [
    pagerDutyChannel({ url: new URL(fakes.pagerDuty.url), routingKey: 'R'.repeat(32) }),
    opsgenieChannel({ url: new URL(fakes.opsgenie.alertsUrl), key: 'key', sleep: async () => undefined }),
    slackChannel({ url: new URL(fakes.slack.url), token: SLACK.token, channel: '#ops' }),
    slackWebhookChannel({ url: new URL(SLACK.webhook.path, fakes.slack.url) }),
    teamsChannel({ url: new URL('/workflows/1', fakes.teams.url) }),
  ].map((channel) => linkedChannel(channel, { secret: 's'.repeat(43), publicUrl: new URL('https://tocsin.example') }));
  return {
    channels,
    close: async () => {
      for (const fake of Object.values(fakes)) await fake.close();
    },
  };
};

const FIELDS =
  'incidentId title severity status service region release rule scope key priority request because acknowledgedBy note degraded muted reason impact rollbacks redirects called widens escalation links at openedAt onsetAt fallbacks'.split(
    ' ',
  );

/** Characters that grow as they are written: markup, quotes, four bytes, half of a pair. */
const nasty = fc
  .array(fc.constantFrom('&', '<', '>', '"', '\\', '\n', '\u0000', ' ', 'x', '*', '](', '😀', '\uD800', '🜁'), {
    maxLength: 40,
  })
  .chain((parts) => fc.constantFrom(1, 20, 300).map((times) => parts.join('').repeat(times)));
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), nasty);
const because = fc.record({ to: text, because: text });
const told: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.double(),
  fc.integer({ min: -1, max: 9e15 }),
  fc.jsonValue(),
  fc.array(because, { maxLength: 30 }),
  because,
  fc.record({ text, detail: text, coverage: fc.double() }),
  fc.record({ scope: text, key: text, reason: text }),
  fc.array(fc.record({ status: text, from: text, to: text, because: text }), { maxLength: 30 }),
  fc.array(fc.record({ href: fc.webUrl({ withQueryParameters: true, size: 'large' }), text }), { maxLength: 25 }),
);
const body = fc.dictionary(fc.constantFrom(...FIELDS), told, { maxKeys: FIELDS.length });
const action = fc.constantFrom(
  'trigger',
  'update',
  'acknowledge',
  'resolve',
  'escalate',
  'request',
) satisfies fc.Arbitrary<OutgoingDelivery['action']>;

const isTaken = (answer: AttemptAnswer): boolean => answer.kind === 'answered' && answer.status < 300;

describe('whatever a body holds', () => {
  let opened: Awaited<ReturnType<typeof openAll>>;
  beforeAll(async () => {
    opened = await openAll();
  });
  afterAll(() => opened.close());

  it('every channel takes it within its limits', async () => {
    await fc.assert(
      fc.asyncProperty(body, action, async (given, act) => {
        const delivery = { deliveryId: 'd', subject: 'page', action: act, dedupKey: 'in1', body: given } as const;
        for (const channel of opened.channels) {
          // What ends something finds something to end.
          if (act === 'resolve')
            await channel.send({ ...delivery, action: 'trigger', body: {} }, { nowMs: 1_700_000_000_000 });
          const answer = await channel.send(delivery, { nowMs: 1_700_000_000_000 });
          expect({ channel: channel.name, ...answer }).toMatchObject({ kind: 'answered', detail: expect.any(String) });
          expect(isTaken(answer)).toBe(true);
        }
      }),
      { numRuns: RUNS },
    );
  }, 120_000);
});

describe('cut', () => {
  it('cuts behind a word, says so, and is never longer than asked', () => {
    expect(cut('who is hurt and what it costs', 20)).toBe('who is hurt and…');
    expect(cut('short', 20)).toBe('short');
    expect(cut('x'.repeat(30), 10)).toBe(`${'x'.repeat(9)}…`);
    fc.assert(fc.property(text, fc.nat(300), (given, charsMax) => cut(given, charsMax).length <= charsMax));
  });

  it('never leaves half of a pair behind', () => {
    expect(cut('😀'.repeat(5), 6)).toBe('😀😀…');
  });

  it('counts what markup adds and never cuts within it', () => {
    const shown = (given: string): string => given.replaceAll('&', '&amp;');
    fc.assert(
      fc.property(nasty, fc.integer({ min: 5, max: 300 }), (given, charsMax) => {
        const written = cutShown(given, charsMax, shown);
        expect(written.length).toBeLessThanOrEqual(charsMax);
        expect(written.replaceAll('&amp;', '')).not.toContain('&');
      }),
    );
  });
});
