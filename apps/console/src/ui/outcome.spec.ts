import fc from 'fast-check';
import { RequestFailed } from '../api/request.js';
import { failureOf, unconfirmed } from './outcome.js';

const failed = (status: number): RequestFailed =>
  new RequestFailed({ status, code: 'X', title: 'no answer', type: 'about:blank' } as RequestFailed['problem']);

describe('what is said of an act', () => {
  it.each([0, 500, 502, 503])('is not known after status %i', (status) => {
    expect(failureOf(failed(status))).toMatch(/^It is not known whether this was done: no answer\./);
  });

  it('was done where it was done before, and its answer is not shown again', () => {
    const again = new RequestFailed({ status: 409, code: 'IDEMPOTENCY_KEY_ANSWERED', title: 'The request was done' });
    expect(failureOf(again)).toBe('It was done when it was first sent; what came of it stands on the page.');
  });

  it.each([400, 403, 409, 422])('was not done after status %i', (status) => {
    expect(failureOf(failed(status))).toBe('Not done: no answer');
  });

  it('is confirmed by its very word alone, whatever is in it', () => {
    for (const word of ['v2.1.6-rc.1', 'v1', 'a/b', '(x)', '[', 'OFF']) {
      expect(unconfirmed(word, word)).toBeUndefined();
      expect(unconfirmed(word, 'v')).toBe(`Not done: what was typed is not ${word}`);
    }
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), (word, typed) => {
        expect(unconfirmed(word, typed) === undefined).toBe(word === typed);
      }),
    );
    expect(unconfirmed('v1', null)).toBeDefined();
    expect(unconfirmed(undefined, null)).toBeUndefined();
  });
});
