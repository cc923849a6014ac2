import { createHmac } from 'node:crypto';
import { event, type Event, type Signal, signalSchema, streamOf } from '#contracts';
import { NOW_MS, serveApi, type ServedApi, tellStory } from '../api.fixture.js';

/** Of the Slack app of the tests. */
export const SLACK_SECRET = '8f742231b10e8888abcd99yyyzzz85a5';
/** Who in its workspace may do what: U2 is nobody. */
const SLACK_USERS = ['U1=operator', 'U3=viewer'];
/** Of the webhook of the tests. */
export const PAGERDUTY_SECRET = 'pagerduty-webhook-secret';

/** As Slack signs a request. */
export const slackHeaders = (body: string, { secret = SLACK_SECRET, atMs = NOW_MS } = {}): Record<string, string> => {
  const timestamp = String(Math.floor(atMs / 1_000));
  const mac = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${mac}` };
};

/** An api with open incidents, and what becomes of them when somebody answers. */
export class AnsweredApi {
  private incidents = 0;

  private constructor(readonly served: ServedApi) {}

  static async serve(): Promise<AnsweredApi> {
    const settings = {
      SLACK_SIGNING_SECRET: SLACK_SECRET,
      SLACK_USERS: SLACK_USERS.join(','),
      PAGERDUTY_WEBHOOK_SECRET: PAGERDUTY_SECRET,
    };
    const served = await serveApi(settings);
    await tellStory(served);
    return new AnsweredApi(served);
  }

  /** Tells the incidents of one test from those of another. */
  get number(): number {
    return this.incidents;
  }

  /** The incident of a test, as the story's, but of its own. */
  get incidentId(): string {
    return `own${this.incidents}`;
  }

  async openIncident(): Promise<void> {
    this.incidents += 1;
    const [[fired], [opened]] = await Promise.all([
      this.toldIn(streamOf.alert('al1')),
      this.toldIn(streamOf.incident('in1')),
    ]);
    if (fired?.type !== 'AlertFired' || opened?.type !== 'IncidentOpened') throw new Error('the story is another one');
    const { incidentId } = this;
    const alertId = `alert${this.incidents}`;
    await this.told(streamOf.alert(alertId), event('AlertFired', { ...fired.data, alertId }));
    await this.told(streamOf.incident(incidentId), event('IncidentOpened', { ...opened.data, incidentId, alertId }));
  }

  readonly told = async (stream: string, ...events: readonly Event[]): Promise<void> => {
    const metadata = { actor: 'rules', cause: 'story' };
    const expectedVersion = (await this.toldIn(stream)).length;
    await this.served.parts.eventStore.append([{ stream, expectedVersion, events }], metadata);
  };

  readonly toldIn = async (stream: string): Promise<readonly Event[]> =>
    (await this.served.parts.eventStore.readStream(stream)).map((each) => each.event);

  /** What was told of the incident since it opened. */
  readonly timeline = async (): Promise<readonly Event[]> =>
    (await this.toldIn(streamOf.incident(this.incidentId))).filter(({ type }) => type !== 'IncidentOpened');

  /** A page was delivered through Slack, whose message that is; `body` says of what. */
  readonly pagedInSlack = async (receiverId: string, body: object = { incidentId: this.incidentId }): Promise<void> => {
    const deliveryId = `slack-${receiverId}`;
    const page = { subject: 'page', action: 'trigger', channel: 'slack', dedupKey: deliveryId } as const;
    const sent = { attempt: 1, outcome: 'delivered', status: 200, detail: 'ok', receiverId, dueAtMs: null } as const;
    await this.told(
      streamOf.delivery(deliveryId),
      event('DeliveryRequested', { deliveryId, ...page, body: { ...body }, at: NOW_MS }),
      event('DeliveryAttempted', { deliveryId, ...sent, at: NOW_MS }),
    );
  };

  /** Silences from its page. */
  readonly silences = async (): Promise<readonly { readonly comment: string; readonly where: unknown }[]> => {
    const { body } = await this.served.send('GET', '/v1/silences', await this.served.as('viewer'));
    const all = body['silences'] as unknown as readonly { readonly comment: string; readonly where: unknown }[];
    return all.filter(({ comment }) => comment.endsWith(` ${this.incidentId}`));
  };

  /** Its alert is over. */
  readonly ends = async (): Promise<void> => {
    const alertId = `alert${this.incidents}`;
    const [fired] = await this.toldIn(streamOf.alert(alertId));
    if (fired?.type !== 'AlertFired') throw new Error('it has no alert');
    const told = event('AlertResolved', { alertId, reason: fired.data.reason, at: NOW_MS });
    const append = { stream: streamOf.alert(alertId), expectedVersion: 1, events: [told] };
    await this.served.parts.eventStore.append([append], { actor: 'rules', cause: 'story' });
  };

  /** An alert of a place joins its incident. */
  readonly joins = async (scope: 'region' | 'fleet', key: string): Promise<void> => {
    const { eventStore } = this.served.parts;
    const alertId = `${scope}-of-${this.incidentId}`;
    const subject = { rule: REASON.rule, scope, key, severity: 'warning' } as const;
    await this.told(streamOf.alert(alertId), event('AlertFired', { alertId, ...subject, reason: REASON, at: NOW_MS }));
    const stream = streamOf.incident(this.incidentId);
    const { incidentId } = this;
    const joined = { incidentId, alertId, rule: REASON.rule, severity: 'warning', at: NOW_MS } as const;
    const expectedVersion = (await eventStore.readStream(stream)).length;
    const metadata = { actor: 'rules', cause: 'story' };
    await eventStore.append([{ stream, expectedVersion, events: [event('AlertJoinedIncident', joined)] }], metadata);
  };

  /** From now on a plan says who is called: Alice, by pager. */
  readonly loadPlan = (): Promise<void> => {
    const policy = {
      policy: 'default',
      levels: [{ call: [{ person: 'alice' }], waitMs: 240_000 }],
      repeats: 0,
      raises: [],
      acknowledgedForMs: 1_800_000,
    };
    const people = [{ person: 'alice', contacts: [{ channel: 'pagerduty' }] }];
    const plan = { people, schedules: [], policies: [policy] };
    const loaded = { version: 1, sha256: 'a'.repeat(64), source: 'x', plan, at: NOW_MS };
    return this.told(streamOf.onCall, event('OnCallLoaded', loaded));
  };

  /** Opens an incident of another system, for one alert. */
  readonly openExternal = async (): Promise<string> => {
    const external = `external${this.incidents}`;
    const alertId = `alert-of-${external}`;
    const at = NOW_MS - 1_000;
    const key = `690e54ec55263cb2-${this.incidents}|us-east`;
    const subject = { rule: REASON.rule, scope: 'external', key, severity: 'critical' } as const;
    await this.told(streamOf.alert(alertId), event('AlertFired', { alertId, ...subject, reason: REASON, at }));
    const opened = { incidentId: external, title: '98 %', alertId, ...subject, reason: REASON, impact: NOBODY, at };
    await this.told(streamOf.incident(external), event('IncidentOpened', opened));
    return external;
  };

  /** Its alert is over. */
  readonly endExternal = async (): Promise<void> => {
    const alertId = `alert-of-external${this.incidents}`;
    await this.told(streamOf.alert(alertId), event('AlertWithdrawn', { alertId, because: 'over', at: NOW_MS }));
  };

  /** By whom its alert was said to be over, why, and through which door. */
  readonly saidOver = async (): Promise<readonly (readonly (string | undefined)[])[]> => {
    const stream = streamOf.alertResolution(`alert-of-external${this.incidents}`);
    return (await this.served.parts.eventStore.readStream(stream)).flatMap(({ event: { type, data }, metadata }) =>
      type === 'AlertResolutionRequested' ? [[data.by, data.comment, metadata.audit?.via]] : [],
    );
  };

  /** An alert about too many of other systems joins its incident: nobody's word ends that. */
  readonly overflows = async (): Promise<void> => {
    const [incidentId, alertId] = [`external${this.incidents}`, `overflow${this.incidents}`];
    const subject = { rule: 'external:overflow', scope: 'external', key: 'many|', severity: 'critical' } as const;
    await this.told(
      streamOf.alert(alertId),
      event('AlertFired', { alertId, ...subject, reason: REASON, at: NOW_MS - 900 }),
    );
    const joined = { incidentId, alertId, rule: subject.rule, severity: subject.severity, at: NOW_MS - 900 };
    await this.told(streamOf.incident(incidentId), event('AlertJoinedIncident', joined));
  };

  /** What the rules were told of its alert. */
  readonly toldSignals = async (): Promise<readonly Signal[]> => {
    const { eventLog } = this.served.parts;
    const topic = 'telemetry.signals';
    const offsets = await eventLog.offsets(topic);
    const read = offsets.map(({ partition, low }) => eventLog.read({ topic, partition, offset: low }, 100));
    return (await Promise.all(read))
      .flat()
      .map(({ value }) => signalSchema.parse(JSON.parse(Buffer.from(value).toString())))
      .filter((signal) => signal.type === 'external_alert' && signal.dedupKey.endsWith(`-${this.incidents}`));
  };
}

const REASON = {
  rule: 'external:prometheus:DiskFull',
  signal: 'external',
  text: '98 %',
  value: null,
  threshold: 0,
  windowMs: 0,
  good: 0,
  bad: 0,
  tick: 1,
  coverage: 1,
};
const NOBODY = {
  affectedCustomers: 0,
  byTier: { tier1: 0, tier2: 0, tier3: 0 },
  score: 0,
  dollarsPerMinute: 0,
  top: [],
  covers: [],
};
