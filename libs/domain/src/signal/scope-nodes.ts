import { KEY_SEPARATOR } from '#contracts';
import type { NodeActivity } from '../presence/node-activity.js';
import type { TickView } from '../rule/tick-view.js';
import type { SignalPlace } from './signal.js';

/** The nodes of a subject of which something was heard in the last minutes. */
export const nodesOf = ({ scope, key }: SignalPlace['subject'], view: TickView): readonly NodeActivity[] => {
  const nodes = view.activity.at(view.tick);
  switch (scope) {
    case 'fleet':
      return nodes;
    case 'region':
      return nodes.filter(({ region }) => region === key);
    case 'pop':
      return nodes.filter(({ pop }) => pop === key);
    case 'node':
      return nodes.filter(({ nodeId }) => nodeId === key);
    case 'release':
      return nodes.filter(({ release }) => release === key);
    case 'release_region':
      return nodes.filter(({ release, region }) => `${release}${KEY_SEPARATOR}${region}` === key);
    case 'customer':
      return [];
  }
};
