import { warningsOf } from './warnings.js';

describe('a line of warning', () => {
  it('is crossed below 99.5 % of success, above a score of 100, and above a p99 of 200 ms', () => {
    expect(warningsOf({ success: 99.5, p99: 200_000, score: 100 })).toEqual({});
    expect(warningsOf({ success: 99.49, p99: 200_001, score: 101 })).toEqual({
      success: 'below 99.5 %',
      p99: 'above 200 ms',
      score: 'score above 100',
    });
  });

  it('is crossed by a timeout, which is slower than every number', () => {
    expect(warningsOf({ success: 100, p99: 'timeout', score: 0 })).toEqual({ p99: 'above 200 ms' });
  });

  it('is crossed by nothing that is not known', () => {
    expect(warningsOf({ success: null, p99: null, score: 0 })).toEqual({});
    expect(warningsOf({ success: undefined, p99: undefined, score: undefined })).toEqual({});
  });
});
