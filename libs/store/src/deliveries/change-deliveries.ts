import { type Event, type EventOf, type RecordedEvent, releaseName, streamOf } from '#contracts';
import type { Queryable } from '../database.js';
import type { Told } from './delivery-told.js';
import { createRollbackRepository, type RollbackRow } from '../rollback.repository.js';
import { createRolloutRepository, type RolloutRow } from '../rollout.repository.js';

const TYPES = [
  'RolloutStarted',
  'RolloutStageReached',
  'StagePromoted',
  'RolloutCompleted',
  'RolloutHalted',
  'WaveCommanded',
] as const;
type Change = EventOf<(typeof TYPES)[number]>;

/** Whether an event changes what runs where: a stage that begins or was promoted, the end of a rollout, a wave of a rollback. */
export const isChange = (told: Event): told is Change => (TYPES as readonly string[]).includes(told.type);

/** What is known of a change that its event does not say. */
export interface ChangeContext {
  readonly rollout?: Pick<RolloutRow, 'service' | 'release'> | undefined;
  readonly rollback?: Pick<RollbackRow, 'service' | 'from' | 'to' | 'waves' | 'incidentId'> | undefined;
}

/** Reads it. */
export const changeContextOf = async (tx: Queryable, { event: told }: RecordedEvent): Promise<ChangeContext> => {
  if (!isChange(told) || told.type === 'RolloutStarted') return {};
  if (told.type === 'WaveCommanded') return { rollback: await createRollbackRepository(tx).find(told.data.rollbackId) };
  return { rollout: await createRolloutRepository(tx).find(told.data.rolloutId) };
};

const nodesOf = (nodes: readonly string[]): string => `${nodes.length} node${nodes.length === 1 ? '' : 's'}`;

/** What became of the release, behind its name. */
const stepOf = ({ type, data }: Exclude<Change, EventOf<'WaveCommanded'>>): string => {
  switch (type) {
    case 'RolloutStarted':
      return `begins with stage ${data.stage} (${nodesOf(data.nodes)})`;
    case 'RolloutStageReached':
      return `begins stage ${data.stage} (${nodesOf(data.nodes)})`;
    case 'StagePromoted':
      return `is promoted from stage ${data.stage}${data.next === undefined ? '' : ` to ${data.next}`}: ${data.because}`;
    case 'RolloutCompleted':
      return `is rolled out: ${data.because}`;
    case 'RolloutHalted':
      return `is halted: ${data.because}`;
  }
};

const ofRollout = (change: Exclude<Change, EventOf<'WaveCommanded'>>, { rollout }: ChangeContext): Told => {
  const { rolloutId, at } = change.data;
  const { service, release } = change.type === 'RolloutStarted' ? change.data : (rollout ?? {});
  const name = release === undefined ? 'a release' : releaseName(release);
  const summary = `${service === undefined ? '' : `${service}: `}${name} ${stepOf(change)}`;
  const stage = 'stage' in change.data ? { stage: change.data.stage } : {};
  const body = { summary, ...(service && { service }), ...(release && { release: name }), rolloutId, ...stage, at };
  return { subject: 'change', action: 'change', dedupKey: streamOf.rollout(rolloutId), body, at };
};

const ofWave = ({ data }: EventOf<'WaveCommanded'>, { rollback }: ChangeContext): Told => {
  const { rollbackId, wave, commandId, at } = data;
  const { service, from, to, waves = [], incidentId } = rollback ?? {};
  const nodes = waves.find((each) => each.wave === wave)?.nodes ?? [];
  const what = `rollback${from ? ` of ${releaseName(from)}` : ''}${to ? ` to ${releaseName(to)}` : ''}`;
  const summary = `${service ? `${service}: ` : ''}${what}, wave ${wave} of ${waves.length || wave} (${nodesOf(nodes)})`;
  const body = {
    summary,
    ...(service && { service }),
    ...(incidentId && { incidentId }),
    rollbackId,
    wave,
    commandId,
    at,
  };
  return { subject: 'change', action: 'change', dedupKey: streamOf.rollback(rollbackId), body, at };
};

/** What a pager shows beside its alerts of a change, under the key of what changes, so that it is told in its order. */
export const changesOf = (told: Event, context: ChangeContext): readonly Told[] => {
  if (!isChange(told)) return [];
  return [told.type === 'WaveCommanded' ? ofWave(told, context) : ofRollout(told, context)];
};
