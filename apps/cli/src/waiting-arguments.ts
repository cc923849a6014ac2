import { type DoorAsked, doorOf, readGiven } from './door-arguments.js';
import type { CommandUsage } from './usage.js';

/** How what waits for people is written. */
export const APPROVALS_USAGE: CommandUsage = {
  name: 'approvals',
  takes: '',
  says: 'what waits for a person, the longest first: who may say yes, and how',
  example: 'approvals',
};

/** Reads what follows `approvals`: the whole of it, for it is short. */
export const readApprovalsArguments = (args: readonly string[]): DoorAsked =>
  doorOf(readGiven('approvals', args[0] === 'ls' ? args.slice(1) : args, [], []), {
    method: 'get',
    path: '/v1/approvals',
    shows: 'approvals',
  });
