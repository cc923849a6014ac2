import type { CustomerEscalation } from '../customer-escalation/customer-escalation.js';
import {
  decideCustomerEscalation,
  CUSTOMER_ESCALATIONS_OPEN_MAX,
} from '../customer-escalation/customer-escalation.decide.js';
import { evolveCustomerEscalation } from '../customer-escalation/customer-escalation.js';
import { event, type CustomerEscalationSignal } from '#contracts';
import { given } from '#testing';
import type { CatalogueCustomer } from '../rule/catalogue.js';
import { fixedWindows, readFixed, signalView } from './signal-view.fixture.js';
import { SignalMemory } from './signal-memory.js';

const END_TICK = signalView({}).tick;
const ticketsOf = (told: readonly (readonly [tick: number, count: number])[]): SignalMemory => {
  const memory = new SignalMemory();
  const base = { topic: 'telemetry.signals', partition: 0, incarnation: 1, nextOffset: 1 } as const;
  for (const [tick, count] of told)
    memory.apply({ ...base, tick, slots: [], nodes: [], reports: [], signals: [{ type: 'tickets', count, atUs: 1 }] });
  return memory;
};

describe('support tickets', () => {
  it('R10, R16: are a number a minute: 1,001 in the last minute are above 1,000', () => {
    const memory = ticketsOf([
      [END_TICK - 240, 5_000],
      [END_TICK - 239, 500],
      [END_TICK, 501],
    ]);
    expect(readFixed('support_tickets', signalView({ memory }))).toMatchObject({ value: 1_001, bad: 1_001 });
    expect(readFixed('support_tickets', signalView({ memory }), { windowMs: 120_000 }).value).toBe(3_000.5);
  });

  it('R10: no telling is unknown, a told zero is zero, and a tick that is applied again after a restart counts once', () => {
    expect(readFixed('support_tickets', signalView({})).value).toBe('unknown');
    expect(readFixed('support_tickets', signalView({ memory: ticketsOf([[END_TICK, 0]]) })).value).toBe(0);
    const old = ticketsOf([[END_TICK - 300, 7]]);
    expect(readFixed('support_tickets', signalView({ memory: old })).value).toBe('unknown');
  });
});

const signal = (state: 'opened' | 'closed'): CustomerEscalationSignal => ({
  type: 'customer_escalation',
  escalationId: 'case-1',
  customerId: 'delta',
  severity: 'critical',
  state,
  atUs: 1,
});
const opened = event('CustomerEscalationOpened', {
  escalationId: 'case-1',
  customerId: 'delta',
  severity: 'critical',
  at: 5,
});
const closed = event('CustomerEscalationClosed', { escalationId: 'case-1', at: 9 });
const tells =
  (state: 'opened' | 'closed', openCount = 0, at = 5) =>
  (escalation: CustomerEscalation | undefined) =>
    decideCustomerEscalation(escalation, signal(state), openCount, at);

describe('customer escalations', () => {
  it('R34: one opens once and closes once, however often it is told', () => {
    given(evolveCustomerEscalation).when(tells('opened')).thenEvents(opened);
    given(evolveCustomerEscalation, opened).when(tells('opened')).thenNothing();
    given(evolveCustomerEscalation, opened)
      .when(tells('closed', 1, 9))
      .thenEvents(closed);
    given(evolveCustomerEscalation, opened, closed).when(tells('closed')).thenNothing();
    given(evolveCustomerEscalation, opened, closed).when(tells('opened')).thenNothing();
    given(evolveCustomerEscalation).when(tells('closed')).thenNothing();
  });

  it('R34: beyond a thousand that are open none is opened', () => {
    given(evolveCustomerEscalation).when(tells('opened', CUSTOMER_ESCALATIONS_OPEN_MAX)).thenNothing();
  });

  it('R34: the signal counts those that are open and names their customers', () => {
    const open = evolveCustomerEscalation(undefined, opened)!;
    const escalations = new Map([
      ['case-1', open],
      ['case-2', { ...open, escalationId: 'case-2', state: 'closed' as const, closedAtMs: 7 }],
    ]);
    const view = signalView({ escalations });
    expect(readFixed('customer_escalations', view)).toMatchObject({
      value: 1,
      detail: '1 escalations: delta (case-1)',
    });
    expect(readFixed('customer_escalations', view, {}, { scope: 'customer', key: 'ups' }).value).toBe(0);
    expect(readFixed('customer_escalations', signalView({})).value).toBe(0);
  });
});

const customers: readonly CatalogueCustomer[] = [
  { customerId: 'delta', name: 'Delta', tier: 'tier1', critical: false },
  { customerId: 'emergency', name: 'Emergency', tier: 'tier2', critical: true },
  { customerId: 'ups', name: 'UPS', tier: 'tier1', critical: false },
];
const END_MINUTE = Math.floor(signalView({}).endSlot / 60);
const spikeView = (hasHistory = true, learnt: readonly string[] = ['delta', 'emergency', 'ups']) => {
  const memory = new SignalMemory();
  memory.begin(customers, () => false);
  const ratio = Object.entries({ delta: 0.0005, emergency: 0.01, ups: 0.0005 }).filter(([id]) => learnt.includes(id));
  if (hasHistory)
    memory.seedCustomers(
      Array.from({ length: 120 }, (_unused, index) => END_MINUTE - 122 + index).flatMap((minute) =>
        ratio.map(([customerId, failing]) => ({
          customerId,
          minute,
          good: 10_000 * (1 - failing),
          bad: 10_000 * failing,
        })),
      ),
    );
  return signalView({
    memory,
    customers,
    cells: {
      fleet: { fleet: { good: 30_000, bad: 2_000 } },
      customer: {
        delta: { good: 9_900, bad: 100 },
        emergency: { good: 9_000, bad: 1_000 },
        ups: { good: 10_000, bad: 5 },
      },
    },
  });
};

describe('customer error rate spike', () => {
  it('R15, C7: the worst customer in per cent of its own baseline; those above are named, critical ones first', () => {
    const spike = readFixed('customer_error_rate_spike', spikeView(), { threshold: 500 });
    expect(spike).toMatchObject({ value: 2_000, good: 9_900, bad: 100 });
    expect(spike.atLeast).toBeGreaterThan(1_000);
    expect(spike.detail).toBe('2 customers: Emergency (critical) 1000 %, Delta 2000 %');
  });

  it('R15: a customer without a baseline does not hide that the others are well; how many there are is told', () => {
    const view = spikeView(true, ['delta', 'ups']);
    const calm = { delta: { good: 10_000 }, emergency: { good: 9_000, bad: 1_000 }, ups: { good: 10_000 } };
    const cells = { fleet: { fleet: { good: 29_000, bad: 1_000 } }, customer: calm };
    const read = readFixed('customer_error_rate_spike', { ...view, windows: fixedWindows(cells, () => 0) });
    expect(read).toMatchObject({ value: 0, detail: '1 customers that fail have no baseline yet' });
    const spike = readFixed('customer_error_rate_spike', view, { threshold: 500 });
    expect(spike.detail).toBe('1 customers: Delta 2000 %; 1 that fail have no baseline yet');
  });

  it('R15: who has no baseline yet is unknown, never well; where nobody fails it is zero', () => {
    expect(readFixed('customer_error_rate_spike', spikeView(false)).value).toBe('unknown');
    const well = signalView({ customers, cells: { fleet: { fleet: { good: 10_000, bad: 0 } } } });
    expect(readFixed('customer_error_rate_spike', well).value).toBe(0);
    expect(readFixed('customer_error_rate_spike', signalView({ customers })).value).toBe('unknown');
  });
});
