import { z } from 'zod';
import { commandShape, customerSchema, nodeShape, rulesAnswer, ruleSetVersionShape } from '#contracts';
import { readAnswer } from './answers.js';
import { formatCount, formatTime } from './figures.js';
import { formatTable } from './table.js';

const nodesAnswer = z.object({
  nodes: z.array(nodeShape.pick({ nodeId: true, pop: true, region: true, address: true, lastEventUs: true })),
});

/** The nodes of the fleet. */
export const formatNodes = (answer: unknown): readonly string[] => {
  const rows = readAnswer(nodesAnswer, answer).nodes.map(({ nodeId, pop, region, address, lastEventUs }) => [
    nodeId,
    pop,
    region,
    address ?? '-',
    lastEventUs === null ? 'never' : formatTime(lastEventUs / 1_000),
  ]);
  return rows.length === 0
    ? ['no node is registered']
    : formatTable(['node', 'PoP', 'region', 'address', 'last heard of (UTC)'], rows);
};

/** Customers, for people. */
export const formatCustomers = (answer: unknown): readonly string[] => {
  const { customers } = readAnswer(z.object({ customers: z.array(customerSchema) }), answer);
  const rows = customers.map(({ customerId, name, tier, critical, sector = '', countries = [], zones }) => [
    customerId,
    name,
    tier,
    critical ? 'critical' : '',
    sector,
    countries.join(' '),
    formatCount(zones.length),
  ]);
  return rows.length === 0
    ? ['no customer fits, or none is registered']
    : formatTable(['customer', 'name', 'tier', 'critical', 'sector', 'countries', 'zones'], rows);
};

const { action, reason, audience } = commandShape.shape.command.shape;

const commandSeen = commandShape
  .pick({
    commandId: true,
    status: true,
    wave: true,
    generation: true,
    refusal: true,
    issuedAt: true,
    expiresAt: true,
  })
  .extend({ command: z.object({ action, reason, audience }) });

/** Commands, the newest first. */
export const formatCommands = (answer: unknown): readonly string[] => {
  const { commands } = readAnswer(z.object({ commands: z.array(commandSeen) }), answer);
  const rows = commands.map(({ commandId, status, wave, command: { action, reason }, refusal, issuedAt }) => [
    commandId,
    action,
    String(wave),
    status,
    formatTime(issuedAt),
    refusal ?? reason,
  ]);
  return rows.length === 0
    ? ['nothing was commanded']
    : formatTable(['command', 'what', 'wave', 'status', 'issued (UTC)', 'why'], rows);
};

/** One command. */
export const formatCommand = (answer: unknown): readonly string[] => {
  const one = readAnswer(z.object({ command: commandSeen }), answer).command;
  const { commandId, status, wave, generation, refusal, issuedAt, expiresAt } = one;
  const { action, reason, audience } = one.command;
  return [
    `${commandId}: ${action}, wave ${wave}, generation ${generation}, ${status}`,
    ...(refusal === null ? [] : [`refused: ${refusal}`]),
    `why: ${reason}`,
    `issued ${formatTime(issuedAt)} UTC, good until ${formatTime(expiresAt)} UTC`,
    `on ${formatCount(audience.length)} nodes: ${audience.join(', ')}`,
  ];
};

const { name, severity } = rulesAnswer.shape.rules.element.shape;
const rulesSeen = rulesAnswer
  .pick({ warnings: true, lastReload: true })
  .extend({ rules: z.array(z.object({ name, severity })) });

/** The rules in force, what they miss, and what the last file that was refused has wrong. */
export const formatRules = (answer: unknown): readonly string[] => {
  const { rules: all, warnings, lastReload } = readAnswer(rulesSeen, answer);
  const refused =
    lastReload.refused === null
      ? []
      : [`a file was refused ${formatTime(lastReload.refused.at)} UTC:`, ...lastReload.refused.problems];
  return [
    ...formatTable(
      ['rule', 'severity'],
      all.map((rule) => [rule.name, rule.severity]),
    ),
    ...warnings.map((warning) => `warning: ${warning}`),
    ...refused,
  ];
};

/** Sets of rules that were in force, the newest first. */
export const formatRuleSets = (answer: unknown): readonly string[] => {
  const { versions } = readAnswer(z.object({ versions: z.array(ruleSetVersionShape) }), answer);
  const rows = versions.map(({ version, loadedAt, loadedBy, source, ruleCount }) => [
    String(version),
    formatTime(loadedAt),
    loadedBy,
    formatCount(ruleCount),
    source,
  ]);
  return rows.length === 0
    ? ['no rules were loaded']
    : formatTable(['version', 'loaded (UTC)', 'by', 'rules', 'from'], rows);
};

/** A wish that whoever decides answers a moment later. */
export const formatAsked = (): readonly string[] => ['asked for; what became of it: tocsin rules show'];
