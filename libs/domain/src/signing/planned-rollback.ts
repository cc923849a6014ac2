import type { Command, Event } from '#contracts';
import { dataOf, hasAny, type PlannedCommand, refused, type SigningRefused } from './signing-facts.js';

const waveFault = ({ wave, commandId }: Command, events: readonly Event[]): string | undefined => {
  const commanded = dataOf(events, 'WaveCommanded');
  const waves = commanded.map((each) => each.wave);
  if (commanded.filter((each) => each.wave === wave).length > 1) return `wave ${wave} was commanded more than once`;
  if (commanded.at(-1)?.commandId !== commandId || commanded.at(-1)?.wave !== wave)
    return `the rollback did not command ${commandId} for wave ${wave} last`;
  if (waves.some((each, index) => each !== index + 1)) return `waves were commanded in the order ${waves.join(', ')}`;
  const verified = new Set(dataOf(events, 'WaveVerified').map((each) => each.wave));
  const unverified = waves.slice(0, -1).filter((each) => !verified.has(each));
  if (unverified.length > 0) return `wave ${unverified.join(', ')} is not verified`;
  return verified.has(wave) ? `wave ${wave} is verified already` : undefined;
};

/** What the stream of a rollback says that a command of it must be: the next wave of the one plan, every wave before it verified. */
export const plannedRollback = (command: Command, events: readonly Event[]): PlannedCommand | SigningRefused => {
  const [decided, ...more] = dataOf(events, 'RollbackDecided');
  if (decided === undefined || more.length > 0)
    return refused('plan', `the rollback was decided ${decided === undefined ? 0 : more.length + 1} times`);
  if (command.action !== 'rollback') return refused('plan', `a rollback commands no ${command.action}`);
  if (hasAny(events, 'RollbackStopped', 'RollbackCompleted')) return refused('plan', 'the rollback has ended');
  const fault = waveFault(command, events);
  if (fault !== undefined) return refused('wave', fault);
  const nodes = decided.waves.flat();
  if (new Set(nodes).size < nodes.length) return refused('plan', 'a node is in two waves of the plan');
  const { service, from, to, rails, by } = decided;
  return {
    service,
    from,
    to,
    rails,
    by,
    wave: command.wave,
    audience: decided.waves[command.wave - 1] ?? [],
    generation: dataOf(events, 'WaveCommanded').at(-1)?.generation ?? 0,
  };
};
