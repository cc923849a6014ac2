import { readFileSync } from 'node:fs';
import { type Event, event, type EventType, type RecordedEvent, streamOf } from '#contracts';
import { LAST_SLOT, segmentOf, type ServedApi, tellStory, writeSegments } from '../api.fixture.js';
import { LATER_DECISIONS } from '../explain.fixture.js';

/** Of each thing of the story so many. */
export const WIDE = 50;
const FIXTURES = new URL('../../../../../libs/contracts/src/fixtures/events/', import.meta.url);
/** Ids of the story and of the fixtures of events, which each copy has anew. */
const ID = /\b(?:in1|in2|al1|al2|rb1|ro1|co1|ov1|fb1|rd1|s-0a1b2c3d|daily-2021-07-22)\b/g;

const toldBy = (name: string, changes: object = {}): Event => {
  const data = JSON.parse(readFileSync(new URL(`${name}.json`, FIXTURES), 'utf8')) as object;
  return event(name.split('.')[0] as EventType, { ...data, ...changes } as never);
};

/** What the story has not: a redirect, that the rollout was taken back, and what people have set. */
const MORE = (): readonly (readonly [stream: string, told: Event])[] => [
  [streamOf.redirect('rd1'), toldBy('RedirectDecided.2')],
  [streamOf.rollout('ro1'), toldBy('RolloutRolledBack.1')],
  [streamOf.rules, toldBy('RulesLoaded.2')],
  [streamOf.silence('s-0a1b2c3d'), toldBy('SilenceCreated.1')],
  [streamOf.drill('daily-2021-07-22'), toldBy('DrillRequested.1')],
  [streamOf.breaker('dns'), toldBy('BreakerOpened.1')],
  ...['v2.1.4', 'v2.1.5'].map((softwareVersion): [string, Event] => [
    streamOf.release('dns', `${softwareVersion}+c41`),
    toldBy('ReleaseAttested.1', { release: { softwareVersion, configRev: 'c41' } }),
  ]),
  ...['n1.1', 'n1.2'].map((keyId): [string, Event] => [streamOf.nodeKeys('n1'), toldBy('NodeKeyIssued.1', { keyId })]),
];

const renamed = <T>(told: T, at: number): T =>
  JSON.parse(JSON.stringify(told).replaceAll(ID, (id) => `${id}-${at}`)) as T;

const byStream = (told: readonly RecordedEvent[]) => {
  const streams = new Map<string, Event[]>();
  for (const each of told) streams.set(each.stream, [...(streams.get(each.stream) ?? []), each.event]);
  return [...streams].map(([stream, events]) => ({ stream, expectedVersion: 0, events }));
};

/** The story of `tellStory` and what was decided later, fifty times: of every thing that has something beside it there are fifty. */
export const tellWideStory = async (served: ServedApi): Promise<void> => {
  await tellStory(served);
  const { eventStore } = served.parts;
  const append = async (streams: Parameters<typeof eventStore.append>[0]): Promise<void> => {
    const result = await eventStore.append(streams, { actor: 'rules', cause: 'test' });
    if ('conflict' in result) throw new Error(`tell the wide story: ${result.conflict}`);
  };
  for (const [stream, told] of [...LATER_DECISIONS, ...MORE()]) {
    const expectedVersion = (await eventStore.readStream(stream)).length;
    await append([{ stream, expectedVersion, events: [told] }]);
  }
  // Deliveries follow from what is told; nodes, customers, keys and rules are there once.
  const isCopied = ({ stream }: RecordedEvent): boolean =>
    !/^(?:delivery-|catalogue|key-|node-key|rules|breaker|release)/.test(stream);
  const told = (await eventStore.readAll(0, 1_000)).filter(isCopied);
  for (let at = 1; at < WIDE; at += 1) await append(byStream(renamed(told, at)));
  const ids = await served.db.database.query<{ id: string }>('select delivery_id as id from delivery');
  await append(
    ids.map(({ id }) => ({
      stream: streamOf.delivery(id),
      expectedVersion: 1,
      events: [toldBy('DeliveryAttempted.1', { deliveryId: id })],
    })),
  );
  await writeSegments(served, [
    segmentOf('customer_release', LAST_SLOT, { 'delta|v2.1.5+c42': { good: 1, bad: 9 } }),
    segmentOf('customer_region', LAST_SLOT, { 'delta|us-east': { good: 1, bad: 9 } }),
  ]);
};
