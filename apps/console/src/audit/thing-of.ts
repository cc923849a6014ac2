/** A thing that has a page of its own. */
export interface Thing {
  readonly to: '/incidents/$id' | '/alerts/$id' | '/rollouts/$id';
  readonly id: string;
}

/** Longer beginnings first: `incident-escalation-in1` is of incident in1. */
const PLACES: readonly (readonly [prefix: string, to: Thing['to']])[] = [
  ['incident-escalation-', '/incidents/$id'],
  ['post-mortem-', '/incidents/$id'],
  ['incident-', '/incidents/$id'],
  ['status-', '/incidents/$id'],
  ['resolution-', '/alerts/$id'],
  ['alert-', '/alerts/$id'],
  ['rollout-', '/rollouts/$id'],
];

/** The thing that a stream is of; undefined: it has no page. */
export const thingOf = (stream: string): Thing | undefined => {
  const [prefix, to] = PLACES.find(([begin]) => stream.startsWith(begin)) ?? [];
  return prefix === undefined || to === undefined ? undefined : { to, id: stream.slice(prefix.length) };
};
