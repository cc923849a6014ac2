import { isRefusal, LINK_MS_MAX, readActLink } from '#contracts';
import { linkedChannel, withLinks } from './page-links.js';
import type { Channel, OutgoingDelivery } from './channels/channel.js';

const SECRET = 's'.repeat(43);
const NOW_MS = Date.UTC(2026, 0, 5, 10);
const PUBLIC = new URL('https://tocsin.example/ops');

const OTHER = { href: 'https://a.example', text: 'a' };

const page = (changes: Partial<OutgoingDelivery> & { readonly person?: string } = {}): OutgoingDelivery => ({
  deliveryId: 'd1',
  subject: 'page',
  action: 'trigger',
  dedupKey: 'in1',
  body: { incidentId: 'in1', title: 't', at: NOW_MS - 1_000, links: [OTHER] },
  ...changes,
});

const sentThrough = async (settings: Parameters<typeof withLinks>[1], delivery: OutgoingDelivery) => {
  const sent: OutgoingDelivery[] = [];
  const channel: Channel = {
    name: 'pagerduty',
    isKeyed: true,
    timeoutMs: 1,
    secrets: [],
    send: async (each) => {
      sent.push(each);
      return { kind: 'unsendable', detail: '' };
    },
  };
  await withLinks(new Map([['pagerduty', channel]]), settings)
    .get('pagerduty')
    ?.send(delivery, { nowMs: NOW_MS });
  return sent[0]?.body['links'] as readonly { readonly href: string; readonly text: string }[];
};

describe('links in pages', () => {
  it('are put first as a page is sent, the same at each attempt, for whom it is sent to', async () => {
    const delivery = page({ person: 'alice' });
    const [own, other] = await sentThrough({ secret: SECRET, publicUrl: PUBLIC }, delivery);
    expect(own?.href).toMatch(/^https:\/\/tocsin\.example\/ops\/act\//);
    expect(other?.text).toBe('a');
    expect(await sentThrough({ secret: SECRET, publicUrl: PUBLIC }, delivery)).toEqual([own, other]);
    const link = readActLink(SECRET, own?.href.split('/act/')[1] ?? '', NOW_MS);
    if (isRefusal(link)) throw new Error(link.detail);
    expect(link).toMatchObject({ incidentId: 'in1', person: 'alice', expiresAtMs: NOW_MS - 1_000 + LINK_MS_MAX });
    expect(delivery.body['links']).toHaveLength(1);
  });

  it('are in no answer that is recorded, though the receiver repeats what it was sent', async () => {
    const echo: Channel = {
      name: 'webhook',
      isKeyed: true,
      timeoutMs: 1,
      secrets: [],
      send: async ({ body }) => ({ kind: 'answered', status: 400, retryAfter: null, detail: JSON.stringify(body) }),
    };
    const channels = withLinks(new Map([['webhook', echo]]), { secret: SECRET, publicUrl: PUBLIC });
    const answer = await channels.get('webhook')?.send(page(), { nowMs: NOW_MS });
    expect(answer?.detail).toContain('https://tocsin.example/ops/act/[redacted]"');
  });

  it('are for the channel where nobody is named', async () => {
    const [own] = await sentThrough({ secret: SECRET, publicUrl: PUBLIC }, page());
    expect(readActLink(SECRET, own?.href.split('/act/')[1] ?? '', NOW_MS)).toMatchObject({ person: 'pagerduty' });
  });

  it('show the incident where nothing is asked, and let nobody act', async () => {
    for (const action of ['resolve', 'acknowledge'] as const) {
      const [own] = await sentThrough({ secret: SECRET, publicUrl: PUBLIC }, page({ action }));
      expect(own?.text).toBe('see the incident');
      const link = readActLink(SECRET, own?.href.split('/act/')[1] ?? '', NOW_MS);
      expect(link).toMatchObject({ incidentId: 'in1', actions: [] });
    }
  });

  it('are in what is told again, and are renewed there before they are over', async () => {
    const told: OutgoingDelivery[][] = [];
    const channel: Channel = {
      name: 'alertmanager',
      isKeyed: true,
      timeoutMs: 1,
      secrets: [],
      send: async () => ({ kind: 'unsendable', detail: '' }),
      refresh: {
        everyMs: 1,
        afterEndMs: 1,
        send: async (deliveries) => {
          told.push([...deliveries]);
          return { kind: 'answered', status: 400, retryAfter: null, detail: JSON.stringify(deliveries) };
        },
      },
    };
    const refresh = linkedChannel(channel, { secret: SECRET, publicUrl: PUBLIC }).refresh;
    const noPage = page({ subject: 'notice' });
    const later = NOW_MS + 3 * LINK_MS_MAX;
    for (const nowMs of [NOW_MS, later]) {
      const answer = await refresh?.send([page(), noPage], { nowMs });
      expect(answer?.detail).toContain('/act/[redacted]"');
    }
    const tokens = told.map(([first]) => /\/act\/([^"]+)"/.exec(JSON.stringify(first))?.[1] ?? '');
    const links = tokens.map((token) => readActLink(SECRET, token, NOW_MS));
    expect(links).toMatchObject([{ incidentId: 'in1' }, { incidentId: 'in1' }]);
    const ends = links.map((link) => ('expiresAtMs' in link ? link.expiresAtMs : 0));
    expect(ends[0]).toBe(NOW_MS - 1_000 + LINK_MS_MAX);
    expect(ends[1]).toBeGreaterThanOrEqual(later + LINK_MS_MAX / 2);
    expect(told.map(([, second]) => second)).toEqual([noPage, noPage]);
  });

  it.each([
    ['without a secret', { secret: undefined, publicUrl: PUBLIC }, page()],
    ['without an address', { secret: SECRET, publicUrl: undefined }, page()],
    ['in what is about no incident', { secret: SECRET, publicUrl: PUBLIC }, page({ body: { links: [OTHER] } })],
    ['in what is no page', { secret: SECRET, publicUrl: PUBLIC }, page({ subject: 'notice', action: 'notice' })],
  ])('there is none %s', async (_, settings, delivery) => {
    expect(await sentThrough(settings, delivery)).toHaveLength(1);
  });
});
