import { type MaintenanceEntry, type MaintenanceWindow, maintenanceWindowSchema } from '#contracts';
import { readSelector } from './compile-rule.js';
import { durationMs } from './duration.js';
import type { Tell } from './finding.js';
import type { SoundEntry } from './sound-parts.js';

/** What a part of a window is called where people write it. */
const WRITTEN: Readonly<Record<string, string>> = { timeZone: 'zone', startsAt: 'starts', durationMs: 'duration' };

const MESSAGES: Readonly<Record<string, string>> = { durationMs: 'must be above 0 and at most 24h' };

const plain = (entry: SoundEntry<MaintenanceEntry>): Record<string, unknown> => ({
  name: entry.name,
  where: readSelector(entry.where),
  timeZone: entry.zone,
  days: entry.days,
  date: entry.date,
  startsAt: entry.starts,
  durationMs: entry.duration === undefined ? undefined : durationMs(entry.duration),
  ...(entry.breakthrough === undefined
    ? {}
    : {
        breakthrough: {
          successBelow:
            entry.breakthrough.success_below === undefined
              ? undefined
              : Number.parseFloat(entry.breakthrough.success_below),
          impactAbove: entry.breakthrough.impact_above,
          ...(entry.breakthrough.silent_above !== undefined && {
            silentAbove: Number.parseFloat(entry.breakthrough.silent_above),
          }),
        },
      }),
});

/** A maintenance window from what is written of it; tells what is wrong with the parts that are there. */
export const compileMaintenance = (entry: SoundEntry<MaintenanceEntry>, tell: Tell): MaintenanceWindow | undefined => {
  if ((entry.days === undefined) === (entry.date === undefined)) tell([], 'needs either days or a date');
  const written = Object.fromEntries(Object.entries(plain(entry)).filter(([, value]) => value !== undefined));
  const checked = maintenanceWindowSchema.safeParse(written);
  if (checked.success) return checked.data;
  for (const { path, message } of checked.error.issues) {
    const [key = ''] = path.map(String);
    // What is missing, or both of days and date, is told already.
    if (key === '' ? /days or a date/.test(message) : written[key] === undefined) continue;
    tell(key === '' ? [] : [WRITTEN[key] ?? key], MESSAGES[key] ?? message);
  }
  return undefined;
};
