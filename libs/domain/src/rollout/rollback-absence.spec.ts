import { event, ruleOf, ruleSetSchema, streamOf } from '#contracts';
import { atS, BAD, deploy, quietStory } from '../silence/quiet-story.fixture.js';

describe('a rollback trigger that fires on absence', () => {
  it('RAIL: pages, and starts no rollback: what says nothing proves nothing against a release', () => {
    const story = quietStory();
    // No failing is enough for it; the outcomes of a minute would be evidence enough for the rails.
    const trigger = ruleOf({
      name: 'gone',
      signal: 'success_rate',
      scopes: ['release'],
      comparison: 'below',
      threshold: 1,
      windowMs: 10_000,
      noData: 'fire',
      severity: 'critical',
      actions: [{ do: 'page', policy: 'default' }, { do: 'roll_back' }],
      rollbackOrder: 1,
    });
    const place = { version: 1, source: 'rules.yml', fromTick: 0, at: atS(0), sha256: 'ab'.repeat(32) };
    story.tell(streamOf.rules, event('RulesLoaded', { ...place, ruleSet: ruleSetSchema.parse({ rules: [trigger] }) }));
    deploy(story, BAD, [0, 1]);
    story.play(15);
    for (const node of story.fleet.nodes) if (node.release === BAD) node.silent = true;
    story.play(30);
    expect(story.all('AlertFired').filter(({ rule }) => rule === 'gone')).toMatchObject([{ key: BAD }]);
    for (const type of ['RollbackDecided', 'RollbackRefused', 'RolloutHalted'] as const)
      expect([type, story.all(type)]).toEqual([type, []]);
  });
});
