import { flag, many, objectType, one, text } from '../schema/define.js';

/** A part of Tocsin, and what is to be known of it. */
const PartType = objectType(
  'Part',
  { about: 'A part of Tocsin, and what is to be known of it.' },
  { part: text('Its name, as `event log` or `rules`.'), because: text('Why it is not ready, or what is to be known.') },
);

/** Whether the process that answers can do its work, as `/readyz` says it. */
export const ReadinessType = objectType(
  'Readiness',
  { about: 'Whether the process that answers can do its work, as `/readyz` says it.' },
  {
    isReady: flag('Whether every part is ready.'),
    unready: many(one(() => PartType, 'Parts that are not ready, with their reason.')),
    notices: many(one(() => PartType, 'Parts that are ready, and of which something is to be known all the same.')),
  },
);
