import { createHash } from 'node:crypto';
import {
  audienceDigest,
  type Command,
  COMMAND_TTL_MS,
  type Event,
  event,
  type EventData,
  type Reason,
} from '#contracts';
import { recheckCommand } from './recheck.js';
import type { SigningFacts } from './signing-facts.js';

/** The moment at which everything in these tests is signed. */
export const NOW_MS = 1_626_969_600_000;
/** The release to leave. */
export const FROM = { softwareVersion: 'v2.1.5', configRev: 'c42' };
/** The release to run. */
export const TO = { softwareVersion: 'v2.1.4', configRev: 'c41' };

/** A trigger, as decisions carry it. */
export const reason: Reason = {
  rule: 'R17',
  signal: 'dns_resolution_success_rate',
  text: 'success 23 % < 99 %',
  value: 23,
  threshold: 99,
  windowMs: 60_000,
  good: 23,
  bad: 77,
  tick: 1,
  coverage: 1,
};

/** Nodes of three PoPs, twenty in each: 5 % of them are three. */
export const FLEET: SigningFacts['fleet'] = Array.from({ length: 60 }, (_, index) => ({
  nodeId: `n${index}`,
  pop: `pop-${Math.floor(index / 20)}`,
}));

/** The waves of the rollback in these tests. */
export const WAVES: [string[], string[], string[]] = [
  ['n0', 'n1'],
  ['n20', 'n21', 'n22'],
  ['n2', 'n3', 'n40'],
];

/** A command of now; its digest fits its audience unless told. */
export const commandOf = (changes: Partial<Command>): Command => {
  const audience = changes.audience ?? ['n0', 'n1'];
  return {
    commandId: 'co1',
    action: 'rollback',
    rollbackId: 'rb1',
    wave: 1,
    generation: 11,
    service: 'dns',
    from: FROM,
    to: TO,
    audienceDigest: audienceDigest(audience),
    issuedAtMs: NOW_MS - 1_000,
    expiresAtMs: NOW_MS - 1_000 + COMMAND_TTL_MS,
    reason: reason.text,
    ...changes,
    audience,
  };
};

/** A decision for a rollback. */
export const decided = (changes: Partial<EventData<'RollbackDecided'>> = {}): Event =>
  event('RollbackDecided', {
    rollbackId: 'rb1',
    incidentId: 'in1',
    rolloutId: 'ro1',
    service: 'dns',
    from: FROM,
    to: TO,
    waves: WAVES,
    trigger: reason,
    evidence: [],
    rails: [
      { rail: 'minimum_evidence', holds: true, detail: '5000 outcomes' },
      { rail: 'target', holds: true, detail: 'attested' },
      { rail: 'audience', holds: true, detail: 'waves of 2, 3, 3' },
    ],
    gap: { release: 23, control: 99.9 },
    at: NOW_MS - 5_000,
    ...changes,
  });

/** A wave is commanded. */
export const commanded = (wave: number, changes: Partial<EventData<'WaveCommanded'>> = {}): Event =>
  event('WaveCommanded', {
    rollbackId: 'rb1',
    wave,
    generation: 10 + wave,
    commandId: `co${wave}`,
    at: NOW_MS - 1_000,
    ...changes,
  });

/** A wave is shown to help. */
export const verified = (wave: number): Event =>
  event('WaveVerified', { rollbackId: 'rb1', wave, because: 'success 99.9 %', at: NOW_MS - 1_000 });

/** What a signer knows when nothing speaks against a command but perhaps its plan. */
export const factsOf = (plan: readonly Event[], changes: Partial<SigningFacts> = {}): SigningFacts => ({
  nowMs: NOW_MS,
  ownSwitch: { isOn: true, detail: 'AUTOMATION says on' },
  plan,
  automation: [],
  target: [],
  override: [],
  signedGeneration: 10,
  fleet: FLEET,
  ...changes,
});

/** The code of the refusal, or `sign`. */
export const verdictOf = (command: Command, facts: SigningFacts): string =>
  recheckCommand(command, facts, (text) => createHash('sha256').update(text).digest('hex'))?.code ?? 'sign';
