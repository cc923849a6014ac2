import { event, streamOf } from '#contracts';
import { CHANGES_MAX, changesBetween } from './changes.js';
import { changesOfLast } from './stream-states.js';

describe('what an act changed', () => {
  it('is told field by field, with what was there before', () => {
    const on = event('AutomationSwitched', { isOn: true, by: 'admin:bob', comment: 'well again', at: 2 });
    const off = event('AutomationSwitched', { isOn: false, by: 'admin:bob', comment: 'too eager', at: 1 });
    expect(changesOfLast(streamOf.automation, [off]).changes).toContainEqual({
      field: 'isOn',
      before: true,
      after: false,
    });
    expect(changesOfLast(streamOf.automation, [off, on]).changes).toContainEqual({
      field: 'isOn',
      before: false,
      after: true,
    });
  });

  it('never tells of a key what its secret is proved by', () => {
    const created = event('ApiKeyCreated', { keyId: 'k1', name: 'a', role: 'admin', secretHash: 'a'.repeat(64) });
    const { changes } = changesOfLast(streamOf.key('k1'), [created]);
    expect(changes).toContainEqual({ field: 'role', before: null, after: 'admin' });
    expect(JSON.stringify(changes)).not.toContain('secretHash');
    const revoked = changesOfLast(streamOf.key('k1'), [created, event('ApiKeyRevoked', { keyId: 'k1' })]);
    expect(revoked.changes).toEqual([{ field: 'isRevoked', before: false, after: true }]);
  });

  it('tells of a registration only what stands otherwise than before', () => {
    const nodes = (region: string, ...ids: readonly string[]) =>
      event('NodesRegistered', { nodes: ids.map((nodeId) => ({ nodeId, pop: 'iad1', region })) });
    const { changes } = changesOfLast(streamOf.catalogue, [nodes('us-east', 'n1', 'n2'), nodes('us-west', 'n2')]);
    expect(changes).toEqual([{ field: 'node n2.region', before: 'us-east', after: 'us-west' }]);
  });

  it('tells of an incident who took it on, and of a stream that has no fold what was said', () => {
    const taken = event('IncidentAcknowledged', { incidentId: 'in1', by: 'operator:ann', note: 'mine', at: 3 });
    const { changes } = changesOfLast(streamOf.incident('in1'), [taken]);
    expect(changes).toContainEqual({ field: 'last.by', before: null, after: 'operator:ann' });
    const asked = event('RulesReloadAsked', { at: 5 });
    expect(changesOfLast(streamOf.rulesReload, [asked]).changes).toContainEqual({
      field: 'said',
      before: null,
      after: 'RulesReloadAsked',
    });
  });

  it('knows maps, sets and what is left out, and is bounded', () => {
    const before = { votes: new Map([['vp', { isApproved: true }]]), rails: new Set(['rate']), gone: 1 };
    const after = {
      votes: new Map([['vp', { isApproved: false }]]),
      rails: new Set(['rate', 'target']),
      at: undefined,
    };
    expect(changesBetween(before, after)).toEqual({
      changes: [
        { field: 'gone', before: 1, after: null },
        { field: 'rails.target', before: null, after: true },
        { field: 'votes.vp.isApproved', before: true, after: false },
      ],
      isCut: false,
    });
    const many = Object.fromEntries(Array.from({ length: CHANGES_MAX + 1 }, (_unused, index) => [`f${index}`, index]));
    const cut = changesBetween({}, many);
    expect(cut.isCut).toBe(true);
    expect(cut.changes).toHaveLength(CHANGES_MAX);
  });

  it('compares texts to their end, and tells a long one from where it differs', () => {
    const long = `${'same '.repeat(400)}old end${'.'.repeat(600)}`;
    const { changes, isCut } = changesBetween({ text: long }, { text: long.replace('old end', 'new end') });
    expect(isCut).toBe(true);
    const [{ before, after } = { before: '', after: '' }] = changes;
    expect(before).toMatch(/^…(?:e )?(?:same )+old end\.{400,}…$/);
    expect(after).toMatch(/^…(?:e )?(?:same )+new end\.{400,}…$/);
    expect(String(after).length).toBe(502);
    expect(changesBetween({ text: long }, { text: long }).changes).toEqual([]);
    expect(changesBetween({}, { text: 'short' })).toMatchObject({ isCut: false });
  });

  it('finds what changed among more fields than anybody reads, and says when there are more changes than are looked at', () => {
    const nodes = (from: number, to: number, region: string) =>
      Array.from({ length: to - from }, (_unused, index) => ({ nodeId: `n${from + index}`, pop: 'iad1', region }));
    const registered = event('NodesRegistered', { nodes: nodes(0, 30_000, 'us-east') });
    const moved = event('NodesRegistered', { nodes: nodes(29_999, 30_000, 'us-west') });
    expect(changesOfLast(streamOf.catalogue, [registered, moved])).toEqual({
      changes: [{ field: 'node n29999.region', before: 'us-east', after: 'us-west' }],
      isCut: false,
    });
    const all = changesOfLast(streamOf.catalogue, [registered]);
    expect(all.changes).toHaveLength(CHANGES_MAX);
    expect(all.isCut).toBe(true);
  });
});
