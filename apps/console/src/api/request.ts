import type { TadaDocumentNode } from 'gql.tada';
import { textOf } from './graphql.js';
import type { Key } from './session.js';

/** What the API says of a failure (RFC 9457). */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail?: string;
}

/** An answer that is none: the problem document, or what kept the request from being answered at all. */
export class RequestFailed extends Error {
  constructor(readonly problem: Problem) {
    super(
      problem.status === 0
        ? [problem.title, problem.detail].filter(Boolean).join(': ')
        : (problem.detail ?? problem.title),
    );
  }
}

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Problem }[];
}

/** Longer than the server takes for its slowest answer (30 s); what is silent by then was lost on the way. */
const TIMEOUT_MS = 35_000;

/** What a browser says of a network that it does not speak of: `Failed to fetch`, and others of other browsers. */
const saidOf = (error: unknown, timeoutMs: number): string => {
  if (error instanceof DOMException && error.name === 'TimeoutError') return `no answer in ${timeoutMs / 1_000} s`;
  if (error instanceof TypeError) return 'the network, or what is between, let nothing through';
  return error instanceof Error ? error.message : String(error);
};

/** That something could not be asked at all, or did not answer for so long. */
export const unreachable = (error: unknown, what = 'Tocsin', timeoutMs = TIMEOUT_MS): Problem => ({
  status: 0,
  code: 'UNREACHABLE',
  title: `${what} cannot be reached`,
  detail: saidOf(error, timeoutMs),
});

const send = async (key: Key, body: string, signal?: AbortSignal): Promise<Response> => {
  const bearer = await key.bearer();
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    return await fetch('/graphql', {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body,
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new RequestFailed(unreachable(error));
  }
};

const problemOf = ({ errors }: Answer<unknown>, status: number): Problem => {
  const [first] = errors ?? [];
  return first?.extensions ?? { status, code: 'UNKNOWN', title: first?.message ?? `HTTP ${status}` };
};

/** Asks the API once. A part that could not be read fails the whole: a page shows all of what it says, or why not. */
export const request = async <Data, Variables>(
  key: Key,
  document: TadaDocumentNode<Data, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Data> => {
  const response = await send(key, JSON.stringify({ query: textOf(document), variables }), signal);
  const answer = (await response.json().catch((error: unknown) => {
    // One that broke off after its head: an act may have been done.
    if (response.ok) throw new RequestFailed(unreachable(error));
    return {};
  })) as Answer<Data>;
  if (answer.errors !== undefined || answer.data === undefined || answer.data === null)
    throw new RequestFailed(problemOf(answer, response.status));
  return answer.data;
};
