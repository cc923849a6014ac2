import type { Signal } from '#contracts';
import type { Clock } from './clock.js';
import { DAY, type DayLine } from './day.js';
import { type PlayedLine, toldLine } from './day-lines.js';
import { BAD_RELEASE, type FleetNode, GOOD_RELEASE, rolloutBatches, SERVICE } from './fleet.js';
import type { FleetPlay } from './fleet-play.js';
import { declareBad, type PreflightParts } from './pre-flight.js';

/** What the quiet hours need. */
export interface QuietHours extends PreflightParts {
  /** One node of a declared rollout, instead of a quarter of the fleet that nobody declared. */
  readonly isCanary: boolean;
  readonly fleet: readonly FleetNode[];
  readonly play: FleetPlay;
  readonly clock: Clock;
  readonly onLine: (line: PlayedLine) => void;
}

/** The lines of the day at which the release reaches nodes: 5 %, then 25 % of the fleet (C13). */
const FIRST_BATCH_ROW = 'R114';
const SECOND_BATCH_ROW = 'R115';

const signalOf = (rolloutId: string, stage: string, nodes: readonly FleetNode[], atMs: number): Signal => ({
  type: 'deploy',
  rolloutId,
  service: SERVICE,
  release: BAD_RELEASE,
  previous: GOOD_RELEASE,
  stage,
  nodes: nodes.map(({ nodeId }) => nodeId),
  atUs: atMs * 1_000,
});

/**
 * Plays what came before the first failure: told at once, not waited for. The release goes out in two batches; the log sees
 * both signals seconds before the fault, where the real day had 77 and 47 minutes. With a canary the day stands at its first stage.
 */
export const playQuietHours = async (hours: QuietHours): Promise<void> => {
  const { api, keys, fleet, play, clock, onLine, isCanary } = hours;
  const [first, second] = rolloutBatches(fleet);
  const rolloutId = `rollout-${play.agentBootId}`;
  const deploy = async (line: DayLine, stage: string, nodes: readonly FleetNode[], total: number): Promise<void> => {
    await api.signal(keys.deploy, signalOf(rolloutId, stage, nodes, clock.nowMs()));
    for (const { nodeId } of nodes) play.node(nodeId)?.start(BAD_RELEASE);
    const release = `${BAD_RELEASE.softwareVersion} (configuration ${BAD_RELEASE.configRev})`;
    onLine({
      clock: `${line.utc}:00`,
      text: `RELEASE: ${release} reaches ${total} of ${fleet.length} nodes (${stage})`,
    });
  };
  const canary = first.slice(0, 1);
  for (const line of DAY.filter(({ minute }) => minute < 0)) {
    onLine(toldLine(line));
    if (line.row === FIRST_BATCH_ROW && isCanary) {
      await declareBad(hours, rolloutId, canary[0]?.nodeId ?? '');
      await deploy(line, 'canary', canary, canary.length);
      return;
    }
    if (line.row === FIRST_BATCH_ROW) await deploy(line, 'batch-1', first, first.length);
    if (line.row === SECOND_BATCH_ROW) await deploy(line, 'batch-2', second, first.length + second.length);
  }
};
