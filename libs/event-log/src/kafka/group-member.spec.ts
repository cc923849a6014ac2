import type { Kafka } from 'kafkajs';
import { until } from '#testing';
import { GroupMember } from './group-member.js';

/** What a member asks of kafkajs, with the events in the test's hand. */
const fakeKafka = () => {
  const listeners = new Map<string, (event: { payload: unknown }) => void>();
  const calls: string[] = [];
  const consumer = {
    events: { GROUP_JOIN: 'join', HEARTBEAT: 'heartbeat', REBALANCING: 'rebalancing', CRASH: 'crash' },
    on: (name: string, listener: (event: { payload: unknown }) => void) => listeners.set(name, listener),
    pause: () => calls.push('pause'),
    connect: async () => calls.push('connect'),
    subscribe: async () => calls.push('subscribe'),
    run: async () => calls.push('run'),
    disconnect: async () => calls.push('disconnect'),
  };
  const emit = (name: string, payload: unknown = {}): void => listeners.get(name)?.({ payload });
  return { kafka: { consumer: () => consumer } as unknown as Kafka, calls, emit };
};

const joined = () => {
  const { kafka, calls, emit } = fakeKafka();
  const told: string[] = [];
  const clock = { nowMs: 0 };
  const member = new GroupMember(
    kafka,
    'group',
    {
      onAssigned: (partitions) => told.push(`assigned ${partitions.map((p) => `${p.topic}/${p.partition}`).join(' ')}`),
      onLost: () => told.push('lost'),
      onCrash: (error) => told.push(`crash ${error.message}`),
    },
    () => clock.nowMs,
  );
  emit('join', { memberAssignment: { t: [0, 3] } });
  return { member, calls, emit, told, clock };
};

describe('GroupMember', () => {
  it('pauses what it is assigned before anybody hears of it', () => {
    const { calls, told } = joined();
    expect(calls).toEqual(['pause']);
    expect(told).toEqual(['assigned t/0 t/3']);
  });

  it('loses everything when the group rebalances, and is told once', () => {
    const { emit, told } = joined();
    emit('rebalancing');
    emit('rebalancing');
    emit('join', { memberAssignment: { t: [3] } });
    expect(told.slice(1)).toEqual(['lost', 'assigned t/3']);
  });

  it('notices by itself that its session has lapsed, before anybody tells it', () => {
    const { member, told, clock } = joined();
    clock.nowMs = 10_000;
    expect(member.hasLapsed()).toBe(false);
    clock.nowMs = 10_001;
    expect(member.hasLapsed()).toBe(true);
    member.check();
    member.check();
    expect(told.slice(1)).toEqual(['lost']);
  });

  it('takes again what it gave up when the coordinator answers after all', () => {
    const { member, emit, told, clock } = joined();
    clock.nowMs = 60_000;
    member.check();
    emit('heartbeat');
    expect(member.hasLapsed()).toBe(false);
    expect(told.slice(1)).toEqual(['lost', 'assigned t/0 t/3']);
  });

  it('keeps its session with heartbeats', () => {
    const { member, emit, told, clock } = joined();
    for (clock.nowMs = 0; clock.nowMs <= 60_000; clock.nowMs += 9_000) {
      member.check();
      emit('heartbeat');
    }
    expect(told).toHaveLength(1);
  });

  it('tells of a crash that kafkajs does not restart, and joins again where there was no coordinator', async () => {
    const { emit, told, calls } = joined();
    emit('crash', { error: new Error('restarted'), restart: true });
    expect(told.slice(1)).toEqual(['lost']);
    const error = Object.assign(new Error('none'), { name: 'KafkaJSGroupCoordinatorNotFound' });
    emit('crash', { error, restart: false });
    await until('it joins again', () => calls.includes('run'));
    emit('crash', { error: new Error('for good'), restart: false });
    expect(told.slice(2)).toEqual(['crash for good']);
  });

  it('tells nothing after it was stopped', async () => {
    const { member, emit, told } = joined();
    await member.stop();
    emit('crash', { error: new Error('late'), restart: false });
    emit('join', { memberAssignment: { t: [1] } });
    expect(told.slice(1)).toEqual(['lost']);
  });
});
