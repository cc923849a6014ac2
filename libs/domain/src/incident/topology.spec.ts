import { depthOf, mayComeFrom, partOf, PART_IMPACTS, PLANES, TOPOLOGY } from './topology.js';

const named = (plane: string): readonly string[] =>
  TOPOLOGY.filter((part) => part.plane === plane)
    .map(({ name }) => name)
    .toSorted();

describe('the topology', () => {
  it('R2: has every part in its plane, with the colours of planes and impacts', () => {
    expect(named('edge')).toEqual(['anycast', 'edge']);
    expect(named('service')).toEqual(['auth', 'cache', 'health_checking', 'load_balancing']);
    expect(named('state')).toEqual(['backup', 'config_db', 'telemetry', 'zone_data']);
    expect(named('control')).toEqual(['deployment', 'incident_response', 'monitoring', 'traffic_steering']);
    expect(Object.values(PLANES).map(({ colour }) => colour)).toEqual(['#3B82F6', '#10B981', '#F59E0B', '#8B5CF6']);
    expect(Object.values(PART_IMPACTS).map(({ colour }) => colour)).toEqual(['#ff6b6b', '#ffd93d', '#6bcf7f']);
  });

  it('R3: a deployment brings a fault to auth, that to cache, edge and anycast, and none of them back', () => {
    const path = ['deployment', 'auth', 'cache', 'edge', 'anycast'];
    for (const [from, cause] of path.entries())
      for (const [to, symptom] of path.entries()) expect(mayComeFrom(symptom, cause)).toBe(from < to);
  });

  it('has no cycle: every part stands after all that it rests on', () => {
    for (const part of TOPOLOGY) {
      expect(partOf(part.name)).toBe(part);
      const causes = TOPOLOGY.filter((each) => mayComeFrom(part.name, each.name));
      expect(causes.filter((each) => depthOf(each.name) >= depthOf(part.name))).toEqual([]);
    }
    expect([partOf('mainframe'), mayComeFrom('mainframe', 'auth')]).toEqual([undefined, false]);
  });
});
