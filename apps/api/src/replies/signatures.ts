import { createHmac, timingSafeEqual } from 'node:crypto';
import { refuse, type Refusal } from '#contracts';

/** How old a request of Slack may be, as Slack says: an older one is somebody's who has recorded it. */
const SLACK_AGE_MS_MAX = 300_000;
/** Signatures of one webhook: a secret and the one before it. */
const SIGNATURES_MAX = 4;

const isEqual = (given: string, expected: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
};

/** Why a request is not Slack's; undefined when it is. The MAC is over `v0:<timestamp>:<raw body>`. */
export const refuseSlack = (
  secret: string,
  { timestamp, signature }: { readonly timestamp: string | undefined; readonly signature: string | undefined },
  body: Uint8Array,
  nowMs: number,
): Refusal | undefined => {
  if (timestamp === undefined || signature === undefined || !/^\d{1,12}$/.test(timestamp))
    return refuse('SIGNATURE_INVALID', 'x-slack-request-timestamp and x-slack-signature are missing');
  if (Math.abs(nowMs - Number(timestamp) * 1_000) > SLACK_AGE_MS_MAX)
    return refuse('SIGNATURE_INVALID', 'the request is more than five minutes old');
  const mac = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex');
  return isEqual(signature, `v0=${mac}`) ? undefined : refuse('SIGNATURE_INVALID', 'the signature does not match');
};

/** Why a webhook is not PagerDuty's; undefined when it is: one of its signatures is over the raw body. */
export const refusePagerDuty = (secret: string, header: string | undefined, body: Uint8Array): Refusal | undefined => {
  const expected = `v1=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const given = (header ?? '').split(',', SIGNATURES_MAX).map((each) => each.trim());
  return given.some((each) => isEqual(each, expected))
    ? undefined
    : refuse('SIGNATURE_INVALID', 'no signature of x-pagerduty-signature matches');
};
