import { ALERT_USAGE } from './alert-arguments.js';
import { AUDIT_USAGE } from './audit-arguments.js';
import { AUTHORITY_USAGE } from './authority-arguments.js';
import { CUSTOMERS_USAGE } from './customer-arguments.js';
import { DELIVERY_USAGE } from './delivery-arguments.js';
import { DRILL_USAGE } from './drill-arguments.js';
import { COMMANDS_USAGE, NODES_USAGE, RULES_IN_FORCE_USAGE } from './fleet-arguments.js';
import { GATE_USAGE } from './gate-arguments.js';
import { GATE_SHOW_USAGE } from './gate-show-arguments.js';
import { INCIDENT_USAGE } from './incident-arguments.js';
import { KEY_USAGE } from './key-arguments.js';
import { NODE_KEY_USAGE } from './node-key-arguments.js';
import { ON_CALL_USAGE } from './on-call-arguments.js';
import { QUIET_USAGE } from './quiet-arguments.js';
import { REPLAY_USAGE } from './replay-arguments.js';
import { REPORT_USAGE } from './report-arguments.js';
import { ROLLOUT_USAGE } from './rollout-arguments.js';
import { TAIL_USAGE } from './tail-arguments.js';
import { APPROVALS_USAGE } from './waiting-arguments.js';
import type { CommandUsage } from './usage.js';

const PROGRAM_USAGE: readonly CommandUsage[] = [
  {
    name: 'up',
    takes: '',
    says: 'starts Tocsin here, all of it in one process; settings are those of .env.example',
    example: 'up',
  },
  {
    name: 'demo',
    takes: '[--canary] [--seed N] [--nodes N]',
    says: 'plays the outage of July 2021 against a Tocsin of its own, and what catches it',
    example: 'demo --canary --seed 7',
  },
  {
    name: 'doctor',
    takes: '',
    says: 'whether a page would go out: server, key, clocks, telemetry, rules, channels, who is on call',
    example: 'doctor --json',
  },
  {
    name: 'completion',
    takes: '<bash|zsh|fish>',
    says: 'what a shell reads to complete these words: source <(tocsin completion bash)',
    example: 'completion bash',
  },
];
const FLEET_USAGE: readonly CommandUsage[] = [
  {
    name: 'status',
    takes: '',
    says: 'is the fleet well, whom does it hurt, what is being rolled back',
    example: 'status --json',
  },
  TAIL_USAGE,
  {
    name: 'impact',
    takes: '',
    says: 'whom it hurts now, by region in the order of recovery, country and sector',
    example: 'impact',
  },
  {
    name: 'explain',
    takes: '<id|latest>',
    says: 'why: an alert, incident, page, command, rollback, redirect, rollout, override, fallback or status update (in1/2), from its numbers to what was sent',
    example: 'explain latest',
  },
  {
    name: 'explain',
    takes: '--why-not <rule> [--subject S] [--at TIME]',
    says: 'why a rule paged nobody; S is fleet, release|region, or pop:iad1; TIME is 2026-01-01T00:00:00Z',
    example: 'explain --why-not dns_resolution_success_rate --subject fleet',
  },
  {
    name: 'dnstap',
    takes: '<file> [--zones Z,…]',
    says: 'what is in a recording of a DNS server; zones are those that it answers for',
    example: 'dnstap capture.fstrm --zones example.com',
  },
];

const RULES_USAGE: readonly CommandUsage[] = [
  {
    name: 'check',
    takes: '<file|directory>… [--catalogue FILE]',
    says: 'whether rules can be loaded: every mistake, with its place; selectors that fit nothing of a catalogue',
    example: 'check rules --catalogue customers.yml',
  },
  {
    name: 'test',
    takes: '<file>… [--junit FILE]',
    says: 'plays tests of rules: telemetry in a few lines, and who is paged when, what is commanded',
    example: 'test rules/tests/outage-2021.yml --junit out.xml',
  },
];

const INCIDENT_SHOW_USAGE: readonly CommandUsage[] = [
  {
    name: 'incident show',
    takes: '<id|latest>',
    says: 'one incident: why, who, what was done, who was told',
    example: 'incident show latest',
  },
  {
    name: 'incident cost',
    takes: '<id|latest>',
    says: 'what it costs: measured, and by the formulas of the cost model',
    example: 'incident cost latest',
  },
];

/** Commands that belong together. */
export interface CommandSection {
  readonly title: string;
  readonly commands: readonly CommandUsage[];
}

/** Every command, in the order of `tocsin --help`: what help, completion and docs/cli.md are made of. */
export const SECTIONS: readonly CommandSection[] = [
  { title: 'the program', commands: PROGRAM_USAGE },
  { title: 'the fleet', commands: [...FLEET_USAGE, ...NODES_USAGE] },
  {
    title: 'incidents and alerts',
    commands: [...INCIDENT_SHOW_USAGE, ...INCIDENT_USAGE, ...ALERT_USAGE, ...REPORT_USAGE],
  },
  { title: 'who is called, and what was sent', commands: [...ON_CALL_USAGE, ...DELIVERY_USAGE, ...DRILL_USAGE] },
  {
    title: 'releases, and what Tocsin may do',
    commands: [APPROVALS_USAGE, ...ROLLOUT_USAGE, ...GATE_SHOW_USAGE, ...AUTHORITY_USAGE, ...COMMANDS_USAGE],
  },
  {
    title: 'rules',
    commands: [...RULES_IN_FORCE_USAGE, ...RULES_USAGE, ...QUIET_USAGE, ...REPLAY_USAGE, ...GATE_USAGE],
  },
  { title: 'who did what', commands: AUDIT_USAGE },
  { title: 'customers and keys', commands: [...CUSTOMERS_USAGE, ...NODE_KEY_USAGE, ...KEY_USAGE] },
];

/** Every command. */
export const COMMANDS: readonly CommandUsage[] = SECTIONS.flatMap(({ commands }) => commands);
