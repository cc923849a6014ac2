import { z } from 'zod';

/** Origins that may be listed: a page of each team, and no more than somebody looks through. */
const ORIGINS_MAX = 32;

/** An origin as a browser writes it, which is what it is compared with. */
const isOrigin = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text;

/** What the front door reads of the environment. */
export const doorSchema = z.object({
  /** Origins whose pages may read answers, separated by commas. Without it there are none. */
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((each) => (each.trim() === '' ? [] : [each.trim()])))
    .refine((origins) => origins.every(isOrigin), 'expected origins such as https://status.example.com, without a path')
    .refine((origins) => origins.length <= ORIGINS_MAX, `expected at most ${ORIGINS_MAX} origins`),
});

/** How the front door of a process is set. */
export interface DoorSettings {
  readonly corsOrigins: ReadonlySet<string>;
}

/** What the front door makes of the environment. */
export const doorSettingsOf = ({ CORS_ORIGINS }: z.output<typeof doorSchema>): DoorSettings => ({
  corsOrigins: new Set(CORS_ORIGINS),
});
