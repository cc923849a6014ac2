import { z } from 'zod';

/**
 * How people sign in to the console beside API keys: `oidc` is null where there is no other way. `tokenSecondsMax` is how long a token is
 * taken after it was made, whatever it says, s; the page speaks to `origins` and to no others.
 */
export const signInSchema = z.object({
  oidc: z
    .object({
      issuer: z.string(),
      clientId: z.string(),
      scopes: z.array(z.string()),
      origins: z.array(z.string()),
      tokenSecondsMax: z.number(),
    })
    .nullable(),
});
