import { z } from 'zod';
import { nameSchema } from '../node-report.js';
import { at, by, comment, id, why } from './event-parts.js';

/** How far Tocsin goes by itself (RAIL-15), from watching to acting; `auto` is what is shipped. */
export const AUTOMATION_MODES = ['observe', 'recommend', 'approve', 'auto'] as const;
/** How far Tocsin goes by itself. */
export type AutomationMode = (typeof AUTOMATION_MODES)[number];

/** Events of stream `automation`: what people allow Tocsin to do by itself. */
export const automationEvents = {
  /** The kill switch (RAIL-14): off, and nothing is commanded, whoever asks. */
  AutomationSwitched: z.object({ isOn: z.boolean(), by, comment, at }),
  /** How far Tocsin goes with a service from now on. */
  AutomationModeSet: z.object({ service: nameSchema, mode: z.enum(AUTOMATION_MODES), by, comment, at }),
  /** As many automatic plans as a day may have were made (RAIL-10): none follows until a person closes the rail again. */
  RateRailOpened: z.object({ rollbackId: id, plans: z.number().int().positive(), because: why, at }),
  /** The rate rail (RAIL-10) is closed again by a person, for one service. */
  RateRailReset: z.object({ service: nameSchema, by, comment, at }),
} as const;
