import { z } from 'zod';
import { commandSchema, signedCommandSchema } from '../command.js';
import { id } from './event-parts.js';

/** Events of stream `command-<commandId>`. */
export const commandEvents = {
  CommandIssued: z.object({ command: commandSchema }),
  CommandSigned: z.object({ commandId: id, signed: signedCommandSchema }),
} as const;
