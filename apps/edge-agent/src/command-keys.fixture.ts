import { generateKeyPairSync } from 'node:crypto';
import { audienceDigest, type Command, commandKeyId, type SignedCommand, signCommand } from '#contracts';
import { type CommandsConfig, commandsConfigSchema } from './command-config.js';

const pair = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');

/** The public half of the key that signs here, as PEM. */
export const PUBLIC_PEM = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
/** The half that must never be on a node. */
export const PRIVATE_PEM = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** A command to n1, issued at a time. */
export const makeCommand = (generation: number, issuedAtMs: number, changes: Partial<Command> = {}): Command => ({
  commandId: `c-${generation}`,
  action: 'rollback',
  rollbackId: 'rb-1',
  wave: 1,
  generation,
  service: 'dns',
  from: { softwareVersion: 'v2.1.5', configRev: 'c42' },
  to: { softwareVersion: 'v2.1.4', configRev: 'c41' },
  audience: ['n1'],
  audienceDigest: audienceDigest(changes.audience ?? ['n1']),
  issuedAtMs,
  expiresAtMs: issuedAtMs + 120_000,
  reason: 'success 23 % < 95 % over 2m',
  ...changes,
});

/** Signed by the key that is trusted here. */
export const signed = (command: Command): SignedCommand =>
  signCommand(command, pair.privateKey, commandKeyId(pair.publicKey));

/** Signed by another key, under the name of the trusted one. */
export const forged = (command: Command): SignedCommand =>
  signCommand(command, stranger.privateKey, commandKeyId(pair.publicKey));

/** A configuration that runs programs. */
export const commandsConfig = (section: Readonly<Record<string, unknown>> = {}): CommandsConfig =>
  commandsConfigSchema.parse({
    public_key: PUBLIC_PEM,
    journal: '/nowhere/commands.journal',
    dry_run: false,
    actions: { rollback: { program: ['deploy', '{software_version}'] } },
    ...section,
  });
