import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { goldenPages } from './golden-pages.fixture.js';
import { type GoldenChannel, goldenOf, requestsTo, sendGolden } from './golden.fixture.js';
import { linkedChannel } from './page-links.js';
import { pagerDutyChannel } from './pagerduty.channel.js';
import { startFakePagerDuty } from './pagerduty.fake.js';
import { webhookChannel } from './webhook.channel.js';
import { startFakeWebhook } from './webhook.fake.js';
import { GOLDEN_NOW_MS } from './golden-pages.fixture.js';

const PUBLIC_URL = new URL('https://tocsin.example');
const SECRET = Buffer.alloc(32, 7);
const DIRECTORY = fileURLToPath(new URL('../../../../../apps/dispatcher/src/channels/goldens', import.meta.url));

/** Each channel before the fake that is as strict as its receiver. */
const CHANNELS: Readonly<Record<string, () => Promise<GoldenChannel>>> = {
  pagerduty: async () => {
    const fake = await startFakePagerDuty();
    const channel = pagerDutyChannel({ url: new URL(fake.url), routingKey: 'R'.repeat(32) });
    return { channel, sent: requestsTo(fake), close: fake.close };
  },
  webhook: async () => {
    const fake = await startFakeWebhook(SECRET, () => GOLDEN_NOW_MS);
    const channel = webhookChannel({ name: 'webhook', url: new URL(fake.url), secret: SECRET });
    return { channel, sent: requestsTo(fake), close: fake.close };
  },
};

const linked = (name: string) => async (): Promise<GoldenChannel> => {
  const opened = await CHANNELS[name]?.();
  if (opened === undefined) throw new Error(name);
  return { ...opened, channel: linkedChannel(opened.channel, PUBLIC_URL) };
};

const pages = goldenPages();
const cases = Object.keys(CHANNELS).flatMap((channel) => pages.map((page) => ({ channel, name: page.name, page })));

describe('what a page says', () => {
  it.each(cases)('$channel: $name', async ({ channel, name, page }) => {
    const sent = await sendGolden(linked(channel), page);
    expect(sent).toEqual(goldenOf(channel, name, sent));
  });

  it('there is no golden file of what is not sent', () => {
    const files = readdirSync(DIRECTORY, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.json'),
    );
    expect(files.toSorted()).toEqual(cases.map(({ channel, name }) => `${channel}/${name}.json`).toSorted());
  });
});
