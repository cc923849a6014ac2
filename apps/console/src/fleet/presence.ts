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

/** Rules that say that nothing comes of a node any more: it is down, or nobody knows whether it is up. No other rule says that. */
const SILENCES: ReadonlySet<string> = new Set(['node_outage', 'node_silent']);

/** What of an alert says how its node is heard. */
export type AlertOfNode = Pick<FleetAlert, 'rule' | 'state'>;

/** A moment of this browser by the clock of Tocsin: one that goes ahead would call the whole fleet silent, one that is behind would call it heard. */
export const serverNow = (
  browserMs: number,
  { health, heardAt }: { readonly health: { readonly asOf: string } | null; readonly heardAt: number | null },
): number => (health === null || heardAt === null ? browserMs : Date.parse(health.asOf) + browserMs - heardAt);

/**
 * How a node is heard. Only rules say that there is no telemetry, since they know its heartbeats; where nothing was counted and no rule
 * says why, neither does this. That a rule is recovering is no silence any more.
 */
export const presenceOf = (
  { lastEventAt }: Pick<NodeRow, 'lastEventAt'>,
  alerts: readonly AlertOfNode[],
  now: number,
): Presence => {
  if (lastEventAt === null) return { word: 'never heard', tone: 'still', text: 'never heard' };
  const age = now - Date.parse(lastEventAt);
  const isSilent = alerts.some(({ rule, state }) => SILENCES.has(rule) && state !== 'recovering');
  if (isSilent) return { word: 'silent', tone: 'bad', text: `no telemetry for ${lengthOf(age)}` };
  if (age >= SILENT_MS) return { word: 'quiet', tone: 'warn', text: `nothing counted for ${lengthOf(age)}` };
  const [alert] = alerts;
  if (alert === undefined) return { word: 'heard', tone: 'good', text: 'heard' };
  const isRecovering = alerts.every(({ state }) => state === 'recovering');
  return {
    word: 'alert',
    tone: isRecovering ? 'warn' : 'bad',
    text: `${words(alert.rule)}${isRecovering ? ', recovering' : ''}`,
  };
};

/** How many of the outcomes that a node says it published are in no term of its sum, or in two. */
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

/** How a PoP or a region is, by how its nodes are heard and what they answered; nothing counted is no word on whether anybody asked. */
export const stateOf = (presences: readonly Presence[], success: number | null): readonly [Tone, string] => {
  if (success !== null) return [healthTone(success), HEALTH_WORDS[healthTone(success)]];
  const isSilent = presences.length > 0 && presences.every(({ word }) => word === 'silent');
  return isSilent ? ['bad', 'no telemetry'] : ['still', 'nothing counted'];
};

/** Who was heard within the time after which the rules call a node silent. */
export const isHeard = ({ word }: Presence): boolean => word === 'heard' || word === 'alert';

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
      const heardAs = of.flatMap(({ nodeId }) => presences.get(nodeId) ?? []);
      const [tone, text] = stateOf(heardAs, success);
      const gaps = of.map(({ gap }) => gap);
      return {
        pop,
        region: of[0]?.region ?? '',
        nodes: of.length,
        heard: heardAs.filter(isHeard).length,
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
