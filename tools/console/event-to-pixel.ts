import type { Page } from 'playwright-core';

/** Streams whose events the page Now shows at once; of the others it is told by figures, which come by themselves. */
const SHOWN = ['incident-', 'alert-', 'rollback-', 'rollout-', 'delivery-', 'escalation-'];
/** Fewer say nothing of a 95th percentile. */
export const SAMPLES_MIN = 50;

/** When a state was on the page: ms since the epoch by the clock of this machine, after the frame that has it was painted. */
interface Seen {
  readonly position: number;
  readonly asOf: string;
  readonly at: number;
}

// Two frames on: the first one is asked for before the change is painted, the second one after it was.
const WATCH = `(() => {
  const seen = (window.__seen = []);
  let last = '';
  new MutationObserver(() => {
    const now = document.querySelector('[data-position]');
    if (now === null) return;
    const { position, healthAsOf: asOf = '' } = now.dataset;
    if (last === position + asOf) return;
    last = position + asOf;
    requestAnimationFrame(() => requestAnimationFrame(() => seen.push({ position: Number(position), asOf, at: Date.now() })));
  }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
})()`;

interface Told {
  readonly position: number;
  readonly stream: string;
  /** ms since the epoch. */
  readonly recordedAtMs: number;
}

const askEvents = async (url: string, key: string, after: number): Promise<readonly Told[]> => {
  const address = new URL(`/v1/events?limit=500&after=${after}`, url);
  const response = await fetch(address, { headers: { authorization: `Bearer ${key}` } });
  if (!response.ok) throw new Error(`the events were not read: HTTP ${response.status}`);
  return ((await response.json()) as { readonly events: readonly Told[] }).events;
};

/**
 * From when an event was written to when it was painted, in ms, of events that were written while the page was watched. One that was
 * never painted counts with the time that it has waited at `until`, so that a page that hangs has no better figure than one that lags.
 */
export const eventDelays = (events: readonly Told[], seen: readonly Seen[], until: number): readonly number[] => {
  const first = seen[0]?.position ?? Number.POSITIVE_INFINITY;
  return events
    .filter(({ position, stream }) => position > first && SHOWN.some((prefix) => stream.startsWith(prefix)))
    .map(({ position, recordedAtMs }) => {
      const shown = seen.find((each) => each.position >= position);
      return (shown?.at ?? until) - recordedAtMs;
    });
};

/** Telemetry is told of each second, */
const WINDOW_MS = 1_000;
/** which is taken for complete so long after it has ended: `SETTLED_AFTER_MS` of libs/store/src/recent-sums.ts. */
const CLOSES_AFTER_MS = 3_000;

/** From when each window of telemetry closed to when its figures, or those of a later one, were painted, in ms. */
export const windowDelays = (seen: readonly Seen[]): readonly number[] =>
  seen.flatMap(({ asOf, at }, index) => {
    const end = Date.parse(asOf);
    const before = Date.parse(seen[index - 1]?.asOf ?? '');
    if (Number.isNaN(end) || Number.isNaN(before)) return [];
    return Array.from(
      { length: Math.max(0, Math.round((end - before) / WINDOW_MS)) },
      (_, step) => at - end - CLOSES_AFTER_MS + step * WINDOW_MS,
    );
  });

const EVERY_MS = 5_000;

/** Watches the page Now, which is open and signed in, until it has seen enough of both, for so long at most. */
export const watchDelays = async (
  page: Page,
  url: string,
  key: string,
  longestMs: number,
): Promise<{ readonly events: readonly number[]; readonly windows: readonly number[] }> => {
  await page.evaluate(WATCH);
  for (let waited = 0; ; waited += EVERY_MS) {
    await page.waitForTimeout(EVERY_MS);
    const seen = (await page.evaluate('window.__seen')) as readonly Seen[];
    const told = seen[0] === undefined ? [] : await askEvents(url, key, seen[0].position);
    const events = eventDelays(told, seen, (await page.evaluate('Date.now()')) as number);
    const windows = windowDelays(seen);
    if (waited >= longestMs || (events.length >= SAMPLES_MIN && windows.length >= SAMPLES_MIN))
      return { events, windows };
  }
};
