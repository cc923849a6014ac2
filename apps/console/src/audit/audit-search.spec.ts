import { fieldOf, momentOfField, readAuditSearch } from './audit-search.js';
import { thingOf } from './thing-of.js';

describe('the address of the audit', () => {
  it('holds what is asked, in whole seconds, and nothing else', () => {
    expect(
      readAuditSearch({
        actor: 'operator:ann',
        type: '',
        from: '2026-11-28T08:15:01.5Z',
        to: 'never',
        cow: 1,
        after: 7,
      }),
    ).toEqual({ actor: 'operator:ann', from: '2026-11-28T08:15:01.000Z', after: 7 });
    expect(readAuditSearch({ show: 'events', stream: 'rules', after: -1 })).toEqual({
      show: 'events',
      stream: 'rules',
    });
    expect(readAuditSearch({ show: 'all', after: '7' })).toEqual({});
  });

  it.each(['UTC', 'local'] as const)('a field has its moment by the clock of %s, and gives it back', (zone) => {
    const iso = '2026-11-28T08:15:01.000Z';
    expect(momentOfField(fieldOf(iso, zone), zone)).toBe(iso);
    expect([fieldOf(undefined, zone), momentOfField('', zone)]).toEqual(['', undefined]);
  });
});

describe('a stream', () => {
  it.each([
    ['incident-in1', '/incidents/$id', 'in1'],
    ['incident-escalation-in1', '/incidents/$id', 'in1'],
    ['status-in1', '/incidents/$id', 'in1'],
    ['alert-al1', '/alerts/$id', 'al1'],
    ['rollout-edge-dns|v2', '/rollouts/$id', 'edge-dns|v2'],
  ])('%s is of a thing that has a page', (stream, to, id) => {
    expect(thingOf(stream)).toEqual({ to, id });
  });

  it('of nothing that has a page is of none', () => {
    expect(thingOf('automation')).toBeUndefined();
  });
});
