import { lengthOf } from '../time/moments.js';
import { HEALTH_WORDS, healthTone } from '../map/pops.js';
import { grouped } from '../ui/grouped.js';
import type { Tone } from '../ui/mark.js';
import { words } from '../ui/words.js';
import type { FleetAlert, NodeRow } from './fleet-document.js';
import type { PopStep } from './pop-minute.js';

/** Whether something is heard, in a word that a filter can name, and in words with the time. */
export interface Presence {
  readonly word: 'heard' | 'silent' | 'quiet' | 'never heard' | 'alert';
  readonly tone: Tone;
  readonly text: string;
}

/** As the rules call a node silent that said nothing for so long. */
const SILENT_MS = 15_000;

/** Rules that say that nothing comes of a node, a PoP or a region any more. */
const isSilence = ({ rule }: Pick<FleetAlert, 'rule'>): boolean => rule.includes('silent') || rule.includes('outage');

/**
 * How a node is heard. Three things that look alike are not: one that never spoke, one that a rule calls silent or down (no telemetry), and
 * one that answers nobody and says so by its heartbeats (no traffic), of which no rule complains.
 */
export const presenceOf = (
  { lastEventAt }: Pick<NodeRow, 'lastEventAt'>,
  alerts: readonly Pick<FleetAlert, 'rule'>[],
  now: number,
): Presence => {
  const silence = alerts.find(isSilence);
  if (lastEventAt === null) return { word: 'never heard', tone: 'still', text: 'never heard' };
  const age = now - Date.parse(lastEventAt);
  if (silence !== undefined) return { word: 'silent', tone: 'bad', text: `no telemetry for ${lengthOf(age)}` };
  if (age >= SILENT_MS) return { word: 'quiet', tone: 'warn', text: `no traffic for ${lengthOf(age)}` };
  const [alert] = alerts;
  return alert === undefined
    ? { word: 'heard', tone: 'good', text: 'heard' }
    : { word: 'alert', tone: 'bad', text: words(alert.rule) };
};

/** Share of what a node says it published that is in some term of its sum. */
export const completenessOf = ({
  published,
  difference,
}: Pick<NodeRow, 'published' | 'difference'>): Presence['text'] => {
  if (published === null || difference === null) return 'it does not say';
  if (difference === 0) return 'complete';
  const lost = Math.abs(difference).toLocaleString('en');
  return difference > 0 ? `${lost} in no term` : `${lost} counted twice`;
};

/** A PoP with its nodes. */
export interface PopShown {
  readonly pop: string;
  readonly region: string;
  readonly nodes: number;
  readonly heard: number;
  readonly success: number | null;
  readonly asked: number;
  readonly counted: number;
  /** Outcomes that never arrived; null: of a node it is not known. */
  readonly missing: number | null;
  readonly tone: Tone;
  readonly text: string;
  /** Releases with how many nodes run each, the most first. */
  readonly releases: readonly (readonly [release: string, nodes: number])[];
}

const releasesOf = (nodes: readonly NodeRow[], releases: ReadonlyMap<string, string>): PopShown['releases'] => {
  const counts = new Map<string, number>();
  for (const { nodeId } of nodes) {
    const release = releases.get(nodeId);
    if (release !== undefined) counts.set(release, (counts.get(release) ?? 0) + 1);
  }
  return [...counts].toSorted(([, one], [, other]) => other - one);
};

/** Of a PoP: none of its nodes is heard (no telemetry), nobody asks it (no traffic), or how it answers. */
const stateOf = (heard: number, success: number | null): readonly [Tone, string] => {
  if (heard === 0 && success === null) return ['bad', 'no telemetry'];
  const tone = healthTone(success);
  return [tone, HEALTH_WORDS[tone]];
};

/** The PoPs of the nodes, the worst first: what each answered in the minute, who of it is heard, and what it runs. */
export const popsShown = (
  nodes: readonly NodeRow[],
  presences: ReadonlyMap<string, Presence>,
  minute: readonly Pick<PopStep, 'key' | 'good' | 'bad'>[],
  releases: ReadonlyMap<string, string>,
): readonly PopShown[] => {
  const sums = new Map(minute.map((each) => [each.key, each]));
  const order: readonly Tone[] = ['bad', 'warn', 'still', 'good'];
  return [...grouped(nodes, ({ pop }) => pop)]
    .map(([pop, of]): PopShown => {
      const { good, bad } = sums.get(pop) ?? { good: 0, bad: 0 };
      const success = good + bad === 0 ? null : (100 * good) / (good + bad);
      const heard = of.filter(
        ({ nodeId }) => !['silent', 'never heard'].includes(presences.get(nodeId)?.word ?? ''),
      ).length;
      const [tone, text] = stateOf(heard, success);
      const gaps = of.map(({ gap }) => gap);
      return {
        pop,
        region: of[0]?.region ?? '',
        nodes: of.length,
        heard,
        success,
        asked: good + bad,
        counted: of.reduce((sum, { counted }) => sum + counted, 0),
        missing: gaps.includes(null) ? null : gaps.reduce<number>((sum, gap) => sum + (gap ?? 0), 0),
        tone,
        text,
        releases: releasesOf(of, releases),
      };
    })
    .toSorted(
      (one, other) =>
        order.indexOf(one.tone) - order.indexOf(other.tone) ||
        (one.success ?? 101) - (other.success ?? 101) ||
        one.pop.localeCompare(other.pop),
    );
};
