import { targetUrl } from '#outgoing';
import { z } from 'zod';

/** An address of HTTP that is sent to. */
export const address = (allowsPrivate: boolean) =>
  z.string().transform((value, context): URL => {
    const url = targetUrl(value, allowsPrivate);
    if (typeof url !== 'string') return url;
    context.addIssue({ code: 'custom', message: url });
    return z.NEVER;
  });
