import { RequestFailed, unreachable } from '../api/request.js';
import { selfWords } from './self-words.js';

describe('what the bar says of Tocsin itself', () => {
  const ready = { isReady: true, unready: [], notices: [] };

  it.each([
    ['Tocsin: not asked', 'still', undefined],
    ['Tocsin: ready', 'good', ready],
    ['Tocsin: see plan', 'warn', { ...ready, notices: [{ part: 'plan', because: 'nobody is on call' }] }],
    [
      'Tocsin: rules, database not ready',
      'bad',
      { ...ready, isReady: false, unready: ['rules', 'database'].map((part) => ({ part, because: 'behind' })) },
    ],
  ])('%s', (text, tone, readiness) => {
    expect(selfWords(readiness, null)).toEqual({ tone, text });
  });

  it('is that it does not answer, whatever it said before', () => {
    const away = new RequestFailed(unreachable(new TypeError('Failed to fetch')));
    expect(selfWords(ready, away)).toEqual({ tone: 'bad', text: 'Tocsin: does not answer' });
  });
});
