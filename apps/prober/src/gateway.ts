/** What became of a batch: `again` = nobody knows, or not now. */
export type PostVerdict = 'accepted' | 'refused' | 'again';

/** The machines' door of Tocsin, for probes. Never fails. */
export interface ProbeGateway {
  readonly post: (contentType: string, body: Uint8Array) => Promise<PostVerdict>;
}

/** The gateway answers when the log has the batch, which it waits for below this. */
const TIMEOUT_MS = 10_000;
/** Below 500, and yet worth another try: timeout, too early, too many. */
const TRY_AGAIN: readonly number[] = [408, 425, 429];
/** Longest wait that the gateway may ask for, s: beyond it probes would be too old to count. */
const WAIT_S_MAX = 30;
/** A problem document is a few hundred bytes. */
const ANSWER_CHARACTERS_MAX = 500;

/** Makes the client. Of trouble that stays the same one line is said. */
export const createProbeGateway = (url: string, key: string, say: (line: string) => void): ProbeGateway => {
  const target = new URL('/v1/telemetry/probes', url);
  let trouble = '';
  let notBeforeMs = 0;
  const waitAsTold = ({ headers }: Response): void => {
    const seconds = Number(headers.get('retry-after') ?? 0);
    if (seconds > 0) notBeforeMs = performance.now() + Math.min(seconds, WAIT_S_MAX) * 1_000;
  };
  const tell = (line: string): void => {
    if (line !== trouble) say(line);
    trouble = line;
  };
  return {
    post: async (contentType, body) => {
      if (performance.now() < notBeforeMs) return 'again';
      try {
        const response = await fetch(target, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': contentType },
          body,
          redirect: 'error',
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        const text = (await response.text()).slice(0, ANSWER_CHARACTERS_MAX);
        if (response.ok) {
          trouble = '';
          return 'accepted';
        }
        waitAsTold(response);
        tell(`the gateway answered ${response.status}: ${text}`);
        return response.status >= 500 || TRY_AGAIN.includes(response.status) ? 'again' : 'refused';
      } catch (error) {
        tell(`post to ${target.host}: ${error instanceof Error ? error.message : String(error)}`);
        return 'again';
      }
    },
  };
};
