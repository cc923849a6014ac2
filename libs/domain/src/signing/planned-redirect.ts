import type { Command, Event } from '#contracts';
import { dataOf, hasAny, type PlannedCommand, refused, type SigningRefused } from './signing-facts.js';

const WAVES: Partial<Record<Command['action'], number>> = { drain: 1, resume: 2 };

/** What the stream of a redirect says that a command of it must be: leaving once, and coming back once after that. */
export const plannedRedirect = (command: Command, events: readonly Event[]): PlannedCommand | SigningRefused => {
  const [decided, ...more] = dataOf(events, 'RedirectDecided');
  if (decided === undefined || more.length > 0)
    return refused('plan', `the redirect was decided ${decided === undefined ? 0 : more.length + 1} times`);
  const wave = WAVES[command.action];
  if (wave === undefined) return refused('plan', `a redirect commands no ${command.action}`);
  if (hasAny(events, 'RedirectStopped', 'RedirectEnded')) return refused('plan', 'the redirect has ended');
  const commanded = dataOf(events, 'RedirectCommanded');
  const order = commanded.map(({ action }) => action).join(', ');
  const last = commanded.at(-1);
  if (order !== (wave === 1 ? 'drain' : 'drain, resume') || last?.commandId !== command.commandId)
    return refused(
      'wave',
      `the redirect commanded ${order || 'nothing'}, ${command.commandId} not as the last of these`,
    );
  const { service, release, nodes, rails } = decided;
  const { generation } = last;
  return { service, from: release, to: release, rails, by: undefined, wave, audience: nodes, generation };
};
