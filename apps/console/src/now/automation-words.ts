import { words } from '../ui/words.js';
import type { FleetImpact, NowAnswer } from './now-document.js';

type Services = NowAnswer['automation']['services'];

/** What it may do by itself: of services that have no mode of their own, everything. */
export const modesSaid = (services: Services): string => {
  const own = services.flatMap(({ service, mode }) => (mode === null ? [] : [`${service} ${words(mode.mode)}`]));
  return own.length === 0 ? 'Mode: auto, for every service.' : `Mode: ${own.join(', ')}; auto for the others.`;
};

/** What it does while no incident is open. */
export const watchSaid = (isOn: boolean, impact: FleetImpact | undefined): string => {
  if (!isOn) return 'No incident is open.';
  if (impact === undefined) return 'No incident is open; who is hurt is not known.';
  return impact.affectedCustomers > 0
    ? 'No incident is open: it watches, and no rule that opens one holds for those who are hurt.'
    : 'No incident is open: it watches.';
};
