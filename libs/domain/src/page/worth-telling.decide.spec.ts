import { event } from '#contracts';
import { impactOf, opened } from './page-story.fixture.js';
import { isWorthTelling } from './worth-telling.decide.js';

const changed = (score: number) =>
  event('IncidentImpactChanged', { incidentId: 'in1', impact: impactOf(score), at: 1 });

describe('what is worth a page', () => {
  it('B9: the first time that somebody is known to be hurt, and each time that the score doubled', () => {
    expect(isWorthTelling(changed(0), 0)).toBe(false);
    expect(isWorthTelling(changed(1), 0)).toBe(true);
    expect(isWorthTelling(changed(19), 10)).toBe(false);
    expect(isWorthTelling(changed(20), 10)).toBe(true);
  });

  it('everything else, whatever was told', () => {
    expect(isWorthTelling(opened(), 1_000)).toBe(true);
  });
});
