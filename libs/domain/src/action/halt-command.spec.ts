import { commandSchema, COMMAND_TTL_MS, DEFAULT_PLAN, event, type Event } from '#contracts';
import { evolveRollout, isRolloutEvent, type Rollout } from '../rollout/rollout.js';
import { decideHaltCommand } from './decide-halt-commands.js';

const of = { rolloutId: 'ro1', at: 1_000 };
const begun = {
  ...of,
  service: 'dns',
  release: { softwareVersion: 'v2', configRev: 'c2' },
  previous: { softwareVersion: 'v1', configRev: 'c1' },
};
const rolloutOf = (mode: 'driving' | 'advisory', ...more: readonly Event[]): Rollout => {
  const declared = event('RolloutDeclared', { ...begun, mode, plan: DEFAULT_PLAN, nodes: [], by: 'deploy:ci' });
  const nodes = ['n1', 'n2', 'n3'];
  const events = [declared, event('RolloutStarted', { ...begun, stage: 'canary', nodes, origin: 'declared' }), ...more];
  const rollout = events.reduce<Rollout | undefined>(
    (before, each) => (isRolloutEvent(each) ? evolveRollout(before, each) : before),
    undefined,
  );
  if (rollout === undefined) throw new Error('not declared');
  return rollout;
};
const commanded = event('StageCommanded', {
  ...of,
  stage: 'canary',
  commandId: 'c1',
  generation: 7,
  nodes: ['n1', 'n2', 'n3'],
});
const done = event('NodeUpdated', {
  ...of,
  stage: 'canary',
  nodeId: 'n2',
  status: 'done',
  probes: 5,
  passed: 5,
  detail: '',
});
const halted = event('RolloutHalted', { ...of, because: 'success 23 % < 95 %' });
const decide = (rollout: Rollout, at = 2_000): readonly Event[] =>
  decideHaltCommand(rollout, { at, generation: 8, hash: (text) => text, sha256: () => '0'.repeat(64) });

describe('a halt as a command', () => {
  it('R41: tells the nodes that are on their way to the release to stop, and those alone', () => {
    const events = decide(rolloutOf('driving', commanded, done, halted));
    const issued = events.find((each) => each.type === 'CommandIssued');
    expect(commandSchema.parse(issued?.data.command)).toMatchObject({
      action: 'halt',
      rolloutId: 'ro1',
      wave: 1,
      generation: 8,
      audience: ['n1', 'n3'],
      expiresAtMs: 2_000 + COMMAND_TTL_MS,
    });
    expect(events[0]).toEqual(
      event('HaltCommanded', {
        rolloutId: 'ro1',
        commandId: 'halt|ro1',
        generation: 8,
        nodes: ['n1', 'n3'],
        at: 2_000,
      }),
    );
  });

  it('R41: once for a rollout', () => {
    const [told] = decide(rolloutOf('driving', commanded, halted));
    expect(decide(rolloutOf('driving', commanded, halted, told!))).toEqual([]);
  });

  it.each([
    ['while it runs', rolloutOf('driving', commanded), 2_000],
    ['where others drive it', rolloutOf('advisory', halted), 2_000],
    ['before any node was told', rolloutOf('driving', halted), 2_000],
    ['when what they were told has expired', rolloutOf('driving', commanded, halted), 1_000 + COMMAND_TTL_MS],
  ])('R41: nobody %s', (_, rollout, at) => {
    expect(decide(rollout, at)).toEqual([]);
  });
});
