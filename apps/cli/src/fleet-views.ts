import { z } from 'zod';
import { formatCount, formatTime } from './figures.js';
import { formatTable } from './table.js';

const nodes = z.looseObject({
  nodes: z.array(
    z.looseObject({ nodeId: z.string(), pop: z.string(), region: z.string(), address: z.string().nullish() }),
  ),
});

/** The nodes of the fleet. */
export const formatNodes = (answer: unknown): readonly string[] => {
  const rows = nodes
    .parse(answer)
    .nodes.map(({ nodeId, pop, region, address }) => [nodeId, pop, region, address ?? '']);
  return rows.length === 0 ? ['no node is registered'] : formatTable(['node', 'PoP', 'region', 'address'], rows);
};

const command = z.looseObject({
  commandId: z.string(),
  status: z.string(),
  wave: z.number(),
  generation: z.number(),
  command: z.looseObject({ action: z.string(), reason: z.string(), audience: z.array(z.string()) }),
  refusal: z.string().nullable(),
  issuedAt: z.number(),
  expiresAt: z.number(),
});

/** Commands, the newest first. */
export const formatCommands = (answer: unknown): readonly string[] => {
  const { commands } = z.looseObject({ commands: z.array(command) }).parse(answer);
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
  const one = z.looseObject({ command }).parse(answer).command;
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

const rules = z.looseObject({
  rules: z.array(z.looseObject({ name: z.string(), severity: z.string() })),
  warnings: z.array(z.string()),
  lastReload: z.looseObject({ refused: z.looseObject({ at: z.number(), problems: z.array(z.string()) }).nullable() }),
});

/** The rules in force, what they miss, and what the last file that was refused has wrong. */
export const formatRules = (answer: unknown): readonly string[] => {
  const { rules: all, warnings, lastReload } = rules.parse(answer);
  const refused =
    lastReload.refused === null
      ? []
      : [`a file was refused ${formatTime(lastReload.refused.at)} UTC:`, ...lastReload.refused.problems];
  return [
    ...formatTable(
      ['rule', 'severity'],
      all.map(({ name, severity }) => [name, severity]),
    ),
    ...warnings.map((warning) => `warning: ${warning}`),
    ...refused,
  ];
};

/** A wish that whoever decides answers a moment later. */
export const formatAsked = (): readonly string[] => ['asked for; what became of it: tocsin rules show'];
