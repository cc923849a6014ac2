import { KEY_SEPARATOR } from '#contracts';
import type { AlertSubject } from '../rule/rule.js';

/** Where a node stands, as far as it is known: what an alert about it may have in common with an incident. */
export interface Place {
  readonly pop: string | undefined;
  readonly region: string | undefined;
  readonly release: string | undefined;
}

/** The place of the subject of an alert; nothing is known of a fleet's. */
export type PlaceOf = (subject: AlertSubject) => Place;

/** Whether a subject is about machines, not about how well a release or the fleet answers. */
export const isOfNodes = ({ scope }: AlertSubject): boolean =>
  scope === 'node' || scope === 'pop' || scope === 'region';

/**
 * Whether an incident that opened for one subject is about a place too: the fleet's is about every place, that of a group about what
 * is in it, and that of a node about its PoP, so that machines which fail together page once.
 */
export const covers = (opened: AlertSubject, place: Place, placeOf: PlaceOf): boolean => {
  switch (opened.scope) {
    case 'fleet':
      return true;
    case 'region':
      return place.region === opened.key;
    case 'pop':
      return place.pop === opened.key;
    case 'release':
      return place.release === opened.key;
    case 'release_region':
      return place.release !== undefined && `${place.release}${KEY_SEPARATOR}${place.region}` === opened.key;
    case 'node':
      return place.pop !== undefined && placeOf(opened).pop === place.pop;
    case 'partition':
    case 'customer':
    case 'external':
      return false;
  }
};
