import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ServedApi, serveApi, tellStory } from '../api.fixture.js';

const CONSOLE = 'apps/console/src';

/** The mutations of the console, each with its document as it stands in the source. */
const documents = new Map(
  readdirSync(CONSOLE, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(?<!\.spec)\.tsx?$/.test(path))
    .flatMap((path) => [...readFileSync(join(CONSOLE, path), 'utf8').matchAll(/[`'](\s*mutation\b[^`']*)[`']/g)])
    .map(([, document = '']) => [/(\w+)\(input:/.exec(document)?.[1] ?? '', document] as const),
);

const comment = 'x'.repeat(500);
const note = 'x'.repeat(1_000);
const text = 'x'.repeat(2_000);
const from = '2026-11-28T08:00:00.000Z';
const where = [{ label: 'region', patterns: ['us-east'] }];

/** What each form sends when all of it is filled in, to its limit. */
const FORMS: Readonly<Record<string, object>> = {
  acknowledgeIncident: { incidentId: 'in1', note },
  handOverIncident: { incidentId: 'in1', to: 'ann.lee', note },
  snoozeIncident: { incidentId: 'in1', duration: 1_440 * 60_000, comment },
  noteIncident: { incidentId: 'in1', text: 'x'.repeat(4_000) },
  publishStatusUpdate: { incidentId: 'in1', n: 1, text, workaround: text, comment },
  discardStatusUpdate: { incidentId: 'in1', n: 1, comment },
  requestRollback: { rolloutId: 'ro1', comment },
  approveStage: { rolloutId: 'ro1', stage: 'canary', note: comment },
  haltRollout: { rolloutId: 'ro1', comment },
  startRollout: { rolloutId: 'ro1', comment },
  switchAutomation: { isOn: true, comment },
  setAutomationMode: { service: 'dns', mode: 'recommend', comment },
  resetRate: { service: 'dns', comment },
  approveRollback: { rollbackId: 'rb1', comment },
  requestOverride: { rollbackId: 'rb1', rails: ['rate'], resolutionEta: 121 * 60_000, comment },
  voteOnOverride: { overrideId: 'none', isApproved: true, role: 'incident_commander', comment },
  endRedirect: { redirectId: 'none', comment },
  beginDrill: { channel: 'pagerduty', comment },
  overrideSchedule: { schedule: 'primary', person: 'ann', from, until: '2026-11-28T16:00:00.000Z', comment },
  withdrawScheduleOverride: { scheduleOverrideId: 'none', comment },
  testChannel: { name: 'pagerduty', comment },
  enableChannel: { name: 'pagerduty', comment },
  retryDelivery: { deliveryId: 'none', comment },
  addSilence: { where, duration: 60_000, comment: note },
  expireSilence: { silenceId: 'none', comment },
  reloadRules: { comment },
  beginVerification: {},
  // No rules, so that it is refused as such and nothing is begun.
  beginBacktest: { from, to: '2026-11-28T08:30:00.000Z', rules: 'x'.repeat(50_000) },
};

/** What the server says of a body that it cannot read; all else is of what is there, and a form cannot know it. */
const UNREADABLE = ['BODY_INVALID', 'QUERY_INVALID', 'CURSOR_INVALID'];

describe('what the forms of the console send', () => {
  let api: ServedApi;
  beforeAll(async () => {
    api = await serveApi();
    await tellStory(api);
  });
  afterAll(() => api.end());

  it('is known of every act that it has', () => {
    expect(Object.keys(FORMS).toSorted()).toEqual([...documents.keys()].toSorted());
  });

  it('is what the server takes, filled in to the limit of each field', async () => {
    const unread: unknown[] = [];
    const keys = await Promise.all((['admin', 'incident_commander'] as const).map(api.as));
    for (const [mutation, input] of Object.entries(FORMS)) {
      const key = mutation === 'voteOnOverride' ? keys[1] : keys[0];
      const variables = { input: { ...input, clientMutationId: `console-${mutation}` } };
      const { body } = await api.ask(documents.get(mutation) ?? '', key ?? '', variables);
      const { data, errors } = body as {
        data?: Record<string, { userErrors: { code: string }[] } | null>;
        errors?: unknown;
      };
      const told = data?.[mutation]?.userErrors;
      if (told === undefined || told.some(({ code }) => UNREADABLE.includes(code)))
        unread.push([mutation, told ?? errors]);
    }
    expect(unread).toEqual([]);
  });
});
