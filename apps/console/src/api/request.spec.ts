import { RequestFailed, unreachable } from './request.js';

const said = (...asked: Parameters<typeof unreachable>): string => new RequestFailed(unreachable(...asked)).message;

describe('what is said of a request that failed', () => {
  it("is first what could not be reached, and then why, in words that are no browser's", () => {
    expect(said(new TypeError('Failed to fetch'))).toBe(
      'Tocsin cannot be reached: the network, or what is between, let nothing through',
    );
    expect(said('HTTP 503', 'https://login.test')).toBe('https://login.test cannot be reached: HTTP 503');
  });

  it('is how long was waited: 35 s for Tocsin, and what was waited for others', () => {
    const late = new DOMException('signal timed out', 'TimeoutError');
    expect(said(late)).toBe('Tocsin cannot be reached: no answer in 35 s');
    expect(said(late, 'https://login.test', 10_000)).toBe('https://login.test cannot be reached: no answer in 10 s');
  });

  it('is what the API says of it, where it answers', () => {
    const problem = { status: 409, code: 'CONFLICT', title: 'The thing changed meanwhile' };
    expect(new RequestFailed(problem).message).toBe('The thing changed meanwhile');
    expect(new RequestFailed({ ...problem, detail: 'rollback-1 is running' }).message).toBe('rollback-1 is running');
  });
});
