import type { Alert } from '../alert/alert.js';
import type { Rollout } from '../rollout/rollout.js';
import { decideHalts } from './halt.decide.js';

const rollout = (rolloutId: string, service: string, softwareVersion: string): Rollout => ({
  rolloutId,
  service,
  release: { softwareVersion, configRev: 'c1' },
  previous: { softwareVersion: 'v0', configRev: 'c0' },
  stage: 'batch-1',
  nodes: new Set(['n1']),
  startedAtMs: 0,
  deployedAtMs: 0,
  state: 'running',
});
const ROLLOUTS = [rollout('dns-1', 'dns', 'v1'), rollout('dns-2', 'dns', 'v2'), rollout('cdn-1', 'cdn', 'v9')];

const alertOf = (scope: Alert['scope'], key: string): Alert => ({
  alertId: 'al1',
  rule: 'success',
  scope,
  key,
  severity: 'critical',
  state: 'firing',
  firedAtMs: 0,
  firedSlot: 0,
  reason: { text: 'success 23 %' } as Alert['reason'],
});
const halted = (alert: Alert): readonly unknown[] =>
  decideHalts(alert, ROLLOUTS, 1).map(({ data }) => 'rolloutId' in data && data.rolloutId);

describe('what a rule that halts freezes', () => {
  it('R41: every rollout of the service whose release the alert names', () => {
    expect(halted(alertOf('release', 'v1+c1'))).toEqual(['dns-1', 'dns-2']);
  });

  it('R41: none, where the alert names a release that no rollout brought', () => {
    expect(halted(alertOf('release', 'v7+c1'))).toEqual([]);
  });

  it('R41: all of them, where it names no release', () => {
    expect(halted(alertOf('fleet', 'fleet'))).toEqual(['dns-1', 'dns-2', 'cdn-1']);
  });
});
