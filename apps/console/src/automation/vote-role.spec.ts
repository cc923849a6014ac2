import { votingOf } from './vote-role.js';

const caller = (...roles: readonly string[]) => ({ actor: `${roles[0] ?? 'viewer'}:eve`, roles });
const vote = (role: string, by = `${role}:somebody`) => ({ role, by });

describe('a vote on an override', () => {
  it('names no role where one holds one', () => {
    expect(votingOf(caller('engineering_vp'), [])).toEqual({
      open: ['engineering_vp'],
      isNamed: false,
      because: undefined,
    });
  });

  it('names its role where one holds two, also when only one of them is left', () => {
    const both = caller('engineering_vp', 'customer_success_vp');
    expect(votingOf(both, [])).toMatchObject({ open: ['engineering_vp', 'customer_success_vp'], isNamed: true });
    expect(votingOf(both, [vote('engineering_vp')])).toEqual({
      open: ['customer_success_vp'],
      isNamed: true,
      because: undefined,
    });
  });

  it('is not offered to who voted, under whichever role, nor where the role voted', () => {
    const both = caller('engineering_vp', 'customer_success_vp');
    expect(votingOf(both, [vote('customer_success_vp', 'customer_success_vp:eve')]).because).toBe(
      'You voted already, as customer success vp: one person has one vote.',
    );
    expect(votingOf(caller('engineering_vp'), [vote('engineering_vp')]).because).toBe('engineering vp voted already.');
  });

  it('says nothing of its own to who has no vote: the permission says it', () => {
    expect(votingOf(caller('operator'), []).because).toBeUndefined();
  });
});
