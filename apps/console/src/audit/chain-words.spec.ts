import { type Found, foundText, linkText } from './chain-words.js';

const WHOLE: Found = {
  status: 'whole',
  events: 1204,
  of: 1204,
  keptHeads: 0,
  head: { position: 1204 },
  broken: [],
  isCut: false,
  failure: null,
};
const LINK = { fault: 'changed', position: 17, until: 17, stream: 'incident-in1', version: 3 } as const;

describe('what is said of the chain', () => {
  it('how far it was verified, and how much came since', () => {
    expect(foundText(WHOLE, 1204)).toBe('Verified to #1204: every event is what was appended.');
    expect(foundText({ ...WHOLE, keptHeads: 3 }, 1210)).toBe(
      'Verified to #1204: every event is what was appended, and 3 heads kept elsewhere are of them; 6 events came since.',
    );
  });

  it('a break, one that was not done and one that is under way are not taken for a whole one', () => {
    expect(foundText({ ...WHOLE, status: 'broken', broken: [LINK] }, 1204)).toContain('changed after it was written');
    expect(foundText({ ...WHOLE, status: 'broken', broken: [LINK], isCut: true }, 1204)).toContain('places and more');
    expect(foundText({ ...WHOLE, status: 'failed', failure: 'the log was silent' }, 1204)).toBe(
      'It could not be done: the log was silent.',
    );
    expect(foundText({ ...WHOLE, status: 'running', events: 5, of: 9 }, 9)).toBe('5 of 9 events were followed so far.');
  });

  it('where it is broken, as the CLI says it', () => {
    expect(linkText(LINK)).toBe('incident-in1@3, position 17: is not what was appended');
    expect(linkText({ ...LINK, fault: 'missing', until: 20, stream: null, version: null })).toBe(
      'positions 17 to 20: is missing',
    );
    expect(linkText({ ...LINK, fault: 'stream_head', position: null, until: null, version: null })).toBe(
      'incident-in1@?: is not the end that is kept of its stream',
    );
  });
});
