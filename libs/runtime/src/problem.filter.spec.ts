import { LogUnavailable } from '#event-log';
import { DatabaseUnavailable } from '#store';
import { loggedPath, refusalOf } from './problem.filter.js';
import { refused } from './refused.js';

describe('loggedPath', () => {
  it.each([
    ['/act/eyJpIjoiaW4xIn0.c2VjcmV0?x=1', '/act/[redacted]'],
    ['/v1/incidents/in1?limit=5', '/v1/incidents/in1'],
  ])('shows of %s what is no secret', (url, shown) => expect(loggedPath(url)).toBe(shown));
});

describe('refusalOf', () => {
  it('passes a refusal on as it is', () => {
    expect(refusalOf(refused('NODE_UNKNOWN', 'x is not in the inventory', '/nodeId'))).toEqual({
      refused: 'NODE_UNKNOWN',
      detail: 'x is not in the inventory',
      at: '/nodeId',
    });
  });

  it.each([
    [new LogUnavailable('append to t/0: 10.0.0.7 is away'), 'LOG_UNAVAILABLE'],
    [new DatabaseUnavailable('connect to 10.0.0.7'), 'DATABASE_UNAVAILABLE'],
    [Object.assign(new Error('canceling select 10.0.0.7'), { code: '57014' }), 'QUERY_TOO_SLOW'],
    [new Error('read 10.0.0.7', { cause: new Error('Query read timeout') }), 'QUERY_TOO_SLOW'],
    [Object.assign(new Error('lock 10.0.0.7'), { code: '55P03' }), 'QUERY_TOO_SLOW'],
  ])('says that one may come again, not where we failed: %s', (error, code) => {
    expect(refusalOf(error)).toMatchObject({ refused: code, detail: expect.not.stringContaining('10.0.0.7') });
  });

  it.each([
    [413, 'BODY_TOO_LARGE'],
    [415, 'CONTENT_TYPE_UNKNOWN'],
    [404, 'NOT_FOUND'],
  ])('gives what the HTTP server refuses with %i the code %s', (statusCode, code) => {
    expect(refusalOf(Object.assign(new Error('no'), { statusCode }))).toEqual({ refused: code, detail: 'no' });
  });

  it('knows nothing of any other error: it is ours', () => {
    expect(refusalOf(new Error('select secret'))).toBeUndefined();
    expect(refusalOf(null)).toBeUndefined();
  });
});
