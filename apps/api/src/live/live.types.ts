import { argsType, many, maybe, number, objectType, one, rawId, text } from '../graphql/schema/define.js';
import { DeliveryType } from '../graphql/types/delivery.types.js';
import { FleetHealthType } from '../graphql/types/fleet.types.js';
import { AlertType, IncidentType } from '../graphql/types/incident.types.js';
import { RolloutType } from '../graphql/types/rollout.types.js';

const after = maybe(number('Goes on after this position; from now on unless told.'));
const position = number('Of the newest event that it tells of: what a client goes on after.');

/** Of what, and from where. */
export const ChangedArgs = argsType('ChangedArgs', { after, id: maybe(rawId('Of this one alone.')) });
/** What is asked for by them. */
export interface ChangedAsked {
  readonly after?: number | null;
  readonly id?: string | null;
}

/** Which events. */
export const FollowArgs = argsType('FollowArgs', {
  after,
  types: maybe(many(text('Of these types.'))),
  stream: maybe(text('Of one stream, or of all that begin so where it ends in "-".')),
  incident: maybe(rawId('That name this incident.')),
  rule: maybe(text('That name this rule.')),
  region: maybe(text('That name this region.')),
});
/** What is asked for by them. */
export interface FollowAsked {
  readonly after?: number | null;
}

/** An incident that changed. */
export const IncidentChangedType = objectType(
  'IncidentChanged',
  { about: 'An incident that changed.' },
  { position, incident: one(() => IncidentType, 'As it is now.') },
);

/** An alert that changed. */
export const AlertChangedType = objectType(
  'AlertChanged',
  { about: 'An alert that changed.' },
  { position, alert: one(() => AlertType, 'As it is now.') },
);

/** A rollout that changed. */
export const RolloutChangedType = objectType(
  'RolloutChanged',
  { about: 'A rollout that changed.' },
  { position, rollout: one(() => RolloutType, 'As it is now.') },
);

/** A delivery that changed. */
export const DeliveryChangedType = objectType(
  'DeliveryChanged',
  { about: 'A delivery that changed.' },
  { position, delivery: one(() => DeliveryType, 'As it is now.') },
);

/** How the fleet is, once a second. */
export const FleetHealthNowType = objectType(
  'FleetHealthNow',
  { about: 'How the fleet is, once a second: all of it each time.' },
  {
    position: number('Of the newest event when it was read.'),
    health: one(() => FleetHealthType, 'Fleet and regions.'),
  },
);
