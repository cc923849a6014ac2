import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Channel } from './channel.js';
import type { FakeReceiver } from './fault-script.fake.js';
import { GOLDEN_NOW_MS, type GoldenPage } from './golden-pages.fixture.js';

/** A channel before its fake. */
export interface GoldenChannel {
  readonly channel: Channel;
  /** Everything that its receiver got, in order, as a reader would like to see it. */
  readonly sent: () => readonly unknown[];
  /** What the receiver calls an earlier delivery of the same key; undefined where it has no word for it. */
  readonly known?: string | undefined;
  readonly close: () => Promise<void>;
}

// dist holds no golden files: they lie beside the sources.
const fileOf = (channel: string, page: string): string =>
  fileURLToPath(
    new URL(`../../../../../apps/dispatcher/src/channels/goldens/${channel}/${page}.json`, import.meta.url),
  );

/** What an HTTP receiver got; bodies of JSON as what they say. */
export const requestsTo =
  ({ requests }: FakeReceiver): GoldenChannel['sent'] =>
  () =>
    requests.map(({ method, path, body }) => ({ method, path, body: body === '' ? '' : JSON.parse(body) }));

/** Sends a page through a channel of its own; fails unless the receiver took it. */
export const sendGolden = async (
  open: () => Promise<GoldenChannel>,
  { delivery, isFollowUp }: GoldenPage,
): Promise<readonly unknown[]> => {
  const { channel, sent, known, close } = await open();
  try {
    const answer = await channel.send(delivery, {
      nowMs: GOLDEN_NOW_MS,
      ...(isFollowUp && known !== undefined ? { known } : {}),
    });
    if (answer.kind !== 'answered' || answer.status >= 300) throw new Error(`not taken: ${JSON.stringify(answer)}`);
    return sent();
  } finally {
    await close();
  }
};

/** The golden file of a page on a channel. With WRITE_GOLDENS=1 in the environment it becomes what was sent: read the difference before it is kept. */
export const goldenOf = (channel: string, page: string, sent: readonly unknown[]): unknown => {
  const file = fileOf(channel, page);
  if (process.env['WRITE_GOLDENS'] === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(sent, null, 2)}\n`);
  }
  return JSON.parse(readFileSync(file, 'utf8'));
};
