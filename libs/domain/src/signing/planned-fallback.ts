import type { Command, Event } from '#contracts';
import { dataOf, hasAny, type PlannedCommand, refused, type SigningRefused } from './signing-facts.js';

/** The only step that is a command of its own on the way out: the others are told to the customer under its id. */
const SETUP = 'setup_emergency_dns_fallback';

/**
 * What the stream of a fallback says that a command of it must be: one provider told to answer for the customer that it was decided for, or
 * all that were told so, to stop.
 */
export const plannedFallback = (command: Command, events: readonly Event[]): PlannedCommand | SigningRefused => {
  const [decided, ...more] = dataOf(events, 'FallbackDecided');
  if (decided === undefined || more.length > 0)
    return refused('plan', `the fallback was decided ${decided === undefined ? 0 : more.length + 1} times`);
  if (decided.isDryRun) return refused('plan', 'the fallback is a dry run');
  if (hasAny(events, 'FallbackEnded')) return refused('plan', 'the fallback has ended');
  const sent = dataOf(events, 'FallbackCommanded').filter(({ step }) => step === SETUP || step === 'undo');
  const told = sent.filter(({ commandId }) => commandId === command.commandId);
  const [step] = told;
  if (step === undefined || told.length > 1)
    return refused('wave', `the fallback commanded ${command.commandId} ${told.length} times`);
  const action = step.step === 'undo' ? 'restore' : 'fall_back';
  if (command.action !== action) return refused('plan', `step ${step.step} is no ${command.action}`);
  if (action === 'fall_back' && hasAny(events, 'FallbackStopped')) return refused('plan', 'the fallback was stopped');
  const { customer } = command;
  if (customer !== undefined && customer.customerId !== decided.customerId)
    return refused('plan', `the fallback is for ${decided.customerId}, not for ${customer.customerId}`);
  const tried = sent.flatMap((each) => (each.step === SETUP ? [each.provider] : []));
  const audience = action === 'restore' ? [...new Set(tried)] : [step.provider];
  const any = { service: undefined, from: undefined, to: undefined, wave: undefined };
  return { ...any, audience, generation: step.generation, rails: [], by: undefined };
};
