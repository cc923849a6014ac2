import { alertmanagerChannel } from './channels/alertmanager.channel.js';
import { startFakeAlertmanager } from './channels/alertmanager.fake.js';
import type { Channel } from './channels/channel.js';
import { emailChannel } from './channels/email.channel.js';
import type { FakeReceiver } from './channels/fault-script.fake.js';
import { opsgenieChannel } from './channels/opsgenie.channel.js';
import { startFakeOpsgenie } from './channels/opsgenie.fake.js';
import { pagerDutyChannel } from './channels/pagerduty.channel.js';
import { startFakePagerDuty } from './channels/pagerduty.fake.js';
import { slackWebhookChannel } from './channels/slack-webhook.channel.js';
import { slackChannel } from './channels/slack.channel.js';
import { type SlackPost, startFakeSlack } from './channels/slack.fake.js';
import { startFakeSmtp } from './channels/smtp-server.fixture.js';
import { teamsChannel } from './channels/teams.channel.js';
import { startFakeTeams } from './channels/teams.fake.js';
import { webhookChannel } from './channels/webhook.channel.js';
import { startFakeWebhook } from './channels/webhook.fake.js';
import type { MatrixFault } from './matrix-rows.fixture.js';

/** What its people see of one key, in order, after whatever the receiver folds: a page, the end of it, or one notice that says both. */
export type Seen = 'page' | 'end' | 'over';

/** A receiver of pages that misbehaves as it is told. */
export interface MatrixReceiver {
  /** As it is configured; a test gives each row a channel of its own name. */
  readonly channel: (name: string) => Channel;
  readonly misbehave: (faults: readonly MatrixFault[]) => void;
  readonly recover: () => void;
  /** Faults that nothing has met yet. */
  readonly faultsLeft: () => number;
  /** Which of the channel's receivers it is; absent: the one that it reaches by itself. */
  readonly address?: string;
  /** Keys are in its titles. */
  readonly seen: (key: string) => readonly Seen[];
  readonly close: () => Promise<void>;
}

/** Channels for pages: every one that there is, and one that is told whom to reach. */
export const MATRIX_CHANNELS = [
  'pagerduty',
  'pagerduty-address',
  'opsgenie',
  'slack',
  'slack-webhook',
  'teams',
  'webhook',
  'alertmanager',
  'email',
] as const;
/** One of them. */
export type MatrixChannel = (typeof MATRIX_CHANNELS)[number];

const KEY = 'CANARYxKEYx0123456789abcdefghijk';
const OTHER_KEY = 'CANARYxKEYxOFxANAx456789abcdefgh';
const SECRET = Buffer.from('CANARY-webhook-secret-0123456789');
const PATH = '/services/T01/B01/CANARY';

/** What a line says that people read. */
const seenOf = (line: string): Seen => {
  if (line.startsWith('Resolved: ')) return 'end';
  return line.includes('began and ended') ? 'over' : 'page';
};

/** What is one thing there, whose state has an end: an early end would leave it open. */
const thing = (first: Seen, isEnded: boolean): readonly Seen[] => (isEnded ? [first, 'end'] : [first]);

const overHttp = (fake: FakeReceiver, channel: Channel, seen: MatrixReceiver['seen']): MatrixReceiver => ({
  // Both pages meet a fault at once, also where a second one would wait for a second: paces.spec looks at those.
  channel: (name) => ({ ...channel, name, pace: channel.pace?.burst === undefined ? channel.pace : undefined }),
  misbehave: (faults) => {
    for (const fault of faults) {
      if (fault === 'refuse' || (typeof fault === 'object' && 'at' in fault))
        throw new Error('that is no fault of HTTP');
      fake.faults.push(fault);
    }
  },
  recover: () => {
    fake.faults.length = 0;
  },
  faultsLeft: () => fake.faults.length,
  seen,
  close: fake.close,
});

/** What another of its keys gets is not seen. */
const pagerDuty = async (nowMs: () => number, address?: string): Promise<MatrixReceiver> => {
  const fake = await startFakePagerDuty(nowMs);
  const keysByAddress = new Map([['ana', OTHER_KEY]]);
  const channel = pagerDutyChannel({ url: new URL(fake.url), routingKey: KEY, keysByAddress });
  const wanted = address === undefined ? KEY : OTHER_KEY;
  const firstOf = (key: string): Seen => {
    const [first] = fake.events.filter(({ dedup_key: each }) => each === key);
    return first !== undefined && 'payload' in first && first.payload.severity === 'info' ? 'over' : 'page';
  };
  const receiver = overHttp(fake, channel, (key) => {
    const isElsewhere = fake.events.some((each) => each.dedup_key === key && each.routing_key !== wanted);
    const alerts = isElsewhere ? [] : fake.alerts.filter(({ dedupKey }) => dedupKey === key);
    return alerts.flatMap(({ status }) => thing(firstOf(key), status === 'resolved'));
  });
  return address === undefined ? receiver : { ...receiver, address };
};

const opsgenie = async (): Promise<MatrixReceiver> => {
  const fake = await startFakeOpsgenie(KEY);
  const channel = opsgenieChannel({ url: new URL(fake.alertsUrl), key: KEY, sleep: async () => undefined });
  return overHttp(fake, channel, (key) => {
    const alerts = fake.alerts.filter(({ alias }) => alias === key);
    return alerts.flatMap(({ status, priority }) => thing(priority === 'P5' ? 'over' : 'page', status === 'closed'));
  });
};

const workspace = () =>
  startFakeSlack({ token: KEY, channels: { '#ops': 'C01' }, webhook: { path: PATH, channel: 'C02' } });

/** A message that was changed to its end has one; what is said in its thread is not looked at. */
const seenOfPosts = (posts: readonly SlackPost[], key: string): readonly Seen[] => {
  const shown = posts.filter(({ thread, text }) => thread === undefined && text.includes(key));
  const isEnded = shown.some(({ text, edits }) => edits > 0 && seenOf(text) === 'end');
  return [...shown.map(({ text, edits }) => (edits > 0 ? 'page' : seenOf(text))), ...(isEnded ? ['end' as const] : [])];
};

const slack = async (): Promise<MatrixReceiver> => {
  const fake = await workspace();
  const channel = slackChannel({ url: new URL(fake.url), token: KEY, channel: '#ops' });
  return overHttp(fake, channel, (key) => seenOfPosts(fake.posts, key));
};

const slackWebhook = async (): Promise<MatrixReceiver> => {
  const fake = await workspace();
  const channel = slackWebhookChannel({ url: new URL(fake.url + PATH) });
  return overHttp(fake, channel, (key) => seenOfPosts(fake.posts, key));
};

const teams = async (): Promise<MatrixReceiver> => {
  const fake = await startFakeTeams(PATH);
  const channel = teamsChannel({ url: new URL(fake.url + PATH) });
  return overHttp(fake, channel, (key) => {
    const titles = fake.cards.flatMap(({ body: [title] }) =>
      title !== undefined && 'text' in title ? [title.text] : [],
    );
    return titles.filter((title) => title.includes(key)).map(seenOf);
  });
};

const SEEN_OF_TYPE: Readonly<Record<string, Seen>> = {
  'incident.opened': 'page',
  'incident.updated': 'over',
  'incident.resolved': 'end',
};

const webhook = async (nowMs: () => number): Promise<MatrixReceiver> => {
  const fake = await startFakeWebhook(SECRET, nowMs);
  const channel = webhookChannel({ name: 'webhook', url: new URL(fake.url), secret: SECRET });
  return overHttp(fake, channel, (key) => {
    const messages = fake.messages.filter(({ data }) => data['incidentId'] === key);
    return messages.flatMap(({ type }) => SEEN_OF_TYPE[type] ?? []);
  });
};

const alertmanager = async (nowMs: () => number): Promise<MatrixReceiver> => {
  const fake = await startFakeAlertmanager(nowMs);
  return overHttp(fake, alertmanagerChannel({ url: new URL(fake.url) }), (key) => {
    const alerts = fake.alerts().filter(({ labels }) => labels['incident'] === key);
    return alerts.flatMap(({ labels, annotations }) =>
      thing(labels['severity'] === 'info' ? 'over' : 'page', annotations['summary']?.startsWith('Resolved: ') === true),
    );
  });
};

/** Where nobody listens. */
const CLOSED_PORT = 1;

const email = async (): Promise<MatrixReceiver> => {
  const fake = await startFakeSmtp();
  let refusals = 0;
  const server = {
    host: '127.0.0.1',
    tls: 'offered' as const,
    /** Read for each mail. */
    get port() {
      if (refusals === 0) return fake.port;
      refusals -= 1;
      return CLOSED_PORT;
    },
  };
  const channel = emailChannel({ server, from: 'tocsin@example.com', to: ['ops@example.com'] });
  return {
    channel: (name) => ({ ...channel, name }),
    misbehave: (faults) => {
      for (const fault of faults) {
        if (fault === 'refuse') refusals += 1;
        else if (typeof fault === 'object' && 'at' in fault) fake.faults.push(fault);
        else throw new Error('that is no fault of a mail server');
      }
    },
    recover: () => {
      fake.faults.length = 0;
      refusals = 0;
    },
    faultsLeft: () => fake.faults.length + refusals,
    seen: (key) => {
      const subjects = fake.mails.map(({ headers }) => headers.get('subject') ?? '');
      return subjects.filter((subject) => subject.includes(key)).map(seenOf);
    },
    close: fake.close,
  };
};

const STARTS: Readonly<Record<MatrixChannel, (nowMs: () => number) => Promise<MatrixReceiver>>> = {
  pagerduty: (nowMs) => pagerDuty(nowMs),
  'pagerduty-address': (nowMs) => pagerDuty(nowMs, 'ana'),
  opsgenie,
  slack,
  'slack-webhook': slackWebhook,
  teams,
  webhook,
  alertmanager,
  email,
};

/** Starts all of them; `nowMs` is the clock of those that look at one. */
export const startMatrixReceivers = async (nowMs: () => number): Promise<ReadonlyMap<MatrixChannel, MatrixReceiver>> =>
  new Map(await Promise.all(MATRIX_CHANNELS.map(async (kind) => [kind, await STARTS[kind](nowMs)] as const)));

/** How long a hang is waited for: real time, so that its test is short. */
const PATIENCE_MS = 300;

/** Has the time-outs of channels run out soon while faults are left; what meets none any more has its own time. Undone by what it returns. */
export const hurryTimeouts = (faultsLeft: () => number): (() => void) => {
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  AbortSignal.timeout = (ms) => timeout(faultsLeft() > 0 ? Math.min(ms, PATIENCE_MS) : ms);
  return () => {
    AbortSignal.timeout = timeout;
  };
};
