import type { CalledTarget, OnCallPlan } from '#contracts';
import { type OnCallFinding, type Path, unknown } from './on-call-finding.js';

/** A channel that there is. */
export interface KnownChannel {
  readonly name: string;
  /** What an address may be; none: it reaches one receiver. Absent: whatever its receiver knows. */
  readonly addresses?: readonly string[] | undefined;
}

interface Named {
  readonly path: Path;
  readonly channel: string;
  readonly address?: string | undefined;
}

/** Every place at which a plan names a channel. */
const channelsNamed = ({ people, policies }: OnCallPlan): readonly Named[] => [
  ...people.flatMap(({ contacts }, index) =>
    contacts.map(({ channel, address }, at) => ({ path: ['people', index, 'contacts', at], channel, address })),
  ),
  ...policies.flatMap(({ levels }, index) =>
    levels.flatMap(({ call }, level) =>
      call.flatMap((target, at) =>
        'channel' in target
          ? [{ path: ['policies', index, 'levels', level, 'call', at], channel: target.channel }]
          : [],
      ),
    ),
  ),
];

const ofAddress = ({ path, channel, address }: Named, channels: readonly KnownChannel[]): readonly OnCallFinding[] => {
  const addresses = channels.find(({ name }) => name === channel)?.addresses;
  if (address === undefined || addresses === undefined) return [];
  if (addresses.length === 0)
    return [{ path: [...path, 'address'], message: `${channel} has no addresses: what is sent to one need not leave` }];
  return unknown(path, 'address', address, addresses).map((finding) => ({
    ...finding,
    message: `${finding.message} of ${channel}: nothing sent there leaves`,
  }));
};

/**
 * Channels that a plan names and that are not there, each where it is named first, and addresses that they do not have. A plan may be
 * shared by sites, and a plan that is refused calls nobody at all: so this is never an error.
 */
export const ofChannels = (plan: OnCallPlan, channels: readonly KnownChannel[]): readonly OnCallFinding[] => {
  const named = channelsNamed(plan);
  const names = channels.map(({ name }) => name);
  const missing = [...new Set(named.map(({ channel }) => channel))].flatMap((channel) => {
    const places = named.filter((each) => each.channel === channel);
    const more = places.length === 1 ? '' : `, which the plan names ${places.length} times`;
    return unknown(places[0]!.path, 'channel', channel, names).map((finding) => ({
      ...finding,
      message: `${finding.message}${more}`,
    }));
  });
  return [...missing, ...named.flatMap((each) => ofAddress(each, channels))];
};

/** Every receiver that a target may reach, whoever has their turn. */
const receiversOf = (plan: OnCallPlan, target: CalledTarget): readonly string[] => {
  if ('channel' in target) return [JSON.stringify([target.channel, null])];
  if ('vp' in target) return plan.vp === undefined ? [] : receiversOf(plan, plan.vp);
  const people =
    'person' in target
      ? [target.person]
      : plan.schedules
          .filter(({ schedule }) => schedule === target.schedule)
          .flatMap(({ rotations }) => rotations.flatMap((rotation) => rotation.people));
  return plan.people
    .filter(({ person }) => people.includes(person))
    .flatMap(({ contacts }) => contacts.map(({ channel, address }) => JSON.stringify([channel, address ?? null])));
};

/** A level that can only reach who the level before it may have called: whoever did not answer is called once more, and nobody else. */
export const ofSameReceivers = (plan: OnCallPlan): readonly OnCallFinding[] =>
  plan.policies.flatMap(({ policy, levels }, index) => {
    const reached = levels.map(({ call }) => new Set(call.flatMap((target) => receiversOf(plan, target))));
    return reached.flatMap((own, at) => {
      const before = reached[at - 1];
      if (before === undefined || own.size === 0 || ![...own].every((each) => before.has(each))) return [];
      return [
        {
          path: ['policies', index, 'levels', at],
          message: `level ${at + 1} of ${policy} ends at the receivers of level ${at} alone`,
        },
      ];
    });
  });
