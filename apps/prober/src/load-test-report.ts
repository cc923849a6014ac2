import type { LoadTestReport } from './load-test.js';

/** Where a load test is told. */
export interface LoadTestDoor {
  /** The people's door of Tocsin. */
  readonly api: string;
  /** A key that may roll out. */
  readonly key: string;
  readonly rolloutId: string;
}

/** A person or a pipeline waits for it. */
const TIMEOUT_MS = 10_000;
/** A problem document is a few hundred bytes. */
const ANSWER_CHARACTERS_MAX = 500;

/** Tells a rollout of a load test, once; whether it was taken. What is in the way is said in one line. */
export const tellLoadTest = async (
  { api, key, rolloutId }: LoadTestDoor,
  report: LoadTestReport,
  say: (line: string) => void,
): Promise<boolean> => {
  const url = new URL(`/v1/rollouts/${encodeURIComponent(rolloutId)}/load-tests`, api);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(report),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = (await response.text()).slice(0, ANSWER_CHARACTERS_MAX);
    if (!response.ok) say(`${url.host} answered ${response.status}: ${text}`);
    return response.ok;
  } catch (error) {
    say(`post to ${url.host}: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
};
