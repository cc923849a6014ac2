import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { durationMsSchema, readYamlConfig, readYamlConfigFile, secretFileSchema } from '#config';
import { nameSchema, RESOLVER_PREFIX } from '#contracts';
import {
  canonicalValue,
  CRITICAL_DOMAINS,
  DEFAULT_RHYTHMS,
  encodeName,
  EXPECT_ANY,
  type Expectation,
  isProbeable,
  isRhythm,
  PROBE_FAMILIES,
  type ProbedName,
  type ProbedTarget,
  type ProbeFamily,
  QTYPE,
  type QtypeName,
} from '#domain';
import type { Endpoint } from './asker.js';

/** Whom a prober asks, and what. */
export interface Target extends Endpoint {
  /** The node, or `resolver:<name>`. */
  readonly nodeId: string;
  readonly pop: string;
  readonly region: string;
  readonly asked: ProbedTarget;
  /** Loads that it gets. */
  readonly families: readonly ProbeFamily[];
}

/** Rcodes by their names. */
const RCODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, NOTAUTH: 9 } as const;
/** Targets of one prober: at the default rhythms 1,500 probes and 1,000 batches a second, which took three quarters of a core. */
const TARGETS_MAX = 500;
/** Names of one group: asked in turn, each comes round within eight minutes. */
const NAMES_MAX = 1_000;
/** Probes that wait for an answer: twice what a prober with all its targets has when none of them answers. Beyond, they are skipped. */
const IN_FLIGHT_MAX = 4_000;
/** Each tenth normal probe goes over TCP: a server whose TCP is dead fails every answer that is too long for UDP. */
const TCP_EVERY = 10;
const DNS_PORT = 53;
/** Unicode of the study's edge case, as the wire has it. */
const UNICODE_LABEL = domainToASCII('unicode-domain-ñ');

const typeSchema = z.enum(Object.keys(QTYPE).filter((name) => name !== 'AXFR' && name !== 'ANY') as [QtypeName]);

/** Unicode is asked for as A-labels. */
const domainSchema = z.string().transform((text, ctx) => {
  const name = domainToASCII(text).replace(/\.$/, '');
  if (name !== '' && encodeName(name) !== undefined) return name;
  ctx.addIssue(`${text.slice(0, 80)}: not a domain name`);
  return z.NEVER;
});

const addressSchema = z.string().refine(isProbeable, 'expected the IPv4 or IPv6 address of one host, not of many');
const portSchema = z.int().min(1).max(65_535).default(DNS_PORT);

const expectSchema = z.union(
  [
    z.literal('any'),
    z.strictObject({
      rcodes: z
        .array(z.enum(Object.keys(RCODES) as [keyof typeof RCODES]))
        .min(1)
        .default(['NOERROR']),
      min_answers: z.int().min(0).max(100).default(0),
      data: z.array(z.string().max(255)).max(100).optional(),
    }),
  ],
  'expected any, or { rcodes, min_answers, data }',
);

const nameFields = { type: typeSchema.optional(), expect: expectSchema.default('any') };
const zoneSchema = z.union(
  [
    domainSchema.transform((zone) => ({ zone, name: undefined, type: undefined, expect: 'any' as const })),
    z.strictObject({ zone: domainSchema, name: domainSchema.optional(), ...nameFields }),
  ],
  'expected a domain name, or { zone, name, type, expect }',
);
const zonesSchema = z.array(zoneSchema).min(1).max(NAMES_MAX);

const rhythmSchema = z
  .strictObject({
    every: durationMsSchema,
    burst: z.int().min(1).max(1_000).default(1),
    spacing: durationMsSchema.default(0),
  })
  .transform(({ every, burst, spacing }) => ({ everyMs: every, burst, spacingMs: spacing }))
  .refine(isRhythm, 'a burst must end before the next one begins');

const nodeSchema = z.strictObject({
  id: nameSchema,
  pop: nameSchema,
  region: nameSchema,
  address: addressSchema,
  port: portSchema,
});
const groupSchema = z.strictObject({
  zones: zonesSchema,
  families: z
    .array(z.enum(PROBE_FAMILIES))
    .min(1)
    .default([...PROBE_FAMILIES]),
  nodes: z.array(nodeSchema).min(1),
});
const resolverSchema = z.strictObject({
  // `RESOLVER_PREFIX` before it must fit into a name of 64 characters.
  name: nameSchema.max(55),
  region: nameSchema,
  address: addressSchema,
  port: portSchema,
});

const fileSchema = z.strictObject({
  id: nameSchema,
  gateway: z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }),
  key_file: secretFileSchema,
  groups: z.array(groupSchema).default([]),
  resolvers: z.array(resolverSchema).default([]),
  domains: zonesSchema.default(() =>
    CRITICAL_DOMAINS.map((zone) => ({ zone, name: undefined, type: undefined, expect: 'any' as const })),
  ),
  rhythms: z.partialRecord(z.enum(PROBE_FAMILIES), rhythmSchema).default({}),
  tcp_every: z.int().min(1).max(1_000).default(TCP_EVERY),
  in_flight_max: z.int().min(1).max(60_000).default(IN_FLIGHT_MAX),
});

type ConfigFile = z.output<typeof fileSchema>;
type Zone = z.output<typeof zoneSchema>;

const expectationOf = (expect: z.output<typeof expectSchema>, qtype: number): Expectation => {
  if (expect === 'any') return EXPECT_ANY;
  const { rcodes, min_answers: minAnswers, data } = expect;
  const values = data?.map((value) => canonicalValue(qtype, value));
  return { rcodes: rcodes.map((name) => RCODES[name]), minAnswers, data: values };
};

/** Each zone has an SOA record, and each domain that matters an address. */
const probedNames = (zones: readonly Zone[], usual: QtypeName): readonly ProbedName[] =>
  zones.map(({ zone, name = zone, type = usual, expect }) => {
    const qtype = QTYPE[type];
    return { zone, name, qtype, expect: expectationOf(expect, qtype) };
  });

const targetsOf = ({ groups, resolvers, domains }: ConfigFile): readonly Target[] => {
  const nodes = groups.flatMap(({ zones, families, nodes: members }) =>
    members.map(({ id, ...place }): Target => {
      const asked = { names: probedNames(zones, 'SOA'), unicodeLabel: UNICODE_LABEL, isResolver: false };
      return { nodeId: id, ...place, asked, families };
    }),
  );
  const others = resolvers.map(({ name, ...place }): Target => {
    const asked = { names: probedNames(domains, 'A'), unicodeLabel: UNICODE_LABEL, isResolver: true };
    // What is hostile is for our own nodes alone.
    return { nodeId: `${RESOLVER_PREFIX}${name}`, pop: 'resolver', ...place, asked, families: ['normal'] };
  });
  return [...nodes, ...others];
};

const schema = fileSchema
  .transform((file) => ({
    id: file.id,
    gateway: file.gateway,
    key: file.key_file,
    targets: targetsOf(file),
    domains: probedNames(file.domains, 'A'),
    rhythms: { ...DEFAULT_RHYTHMS, ...file.rhythms },
    tcpEvery: file.tcp_every,
    inFlightMax: file.in_flight_max,
  }))
  .superRefine(({ targets }, ctx) => {
    if (targets.length === 0) ctx.addIssue('there is nobody to ask: give groups with nodes, or resolvers');
    if (targets.length > TARGETS_MAX) ctx.addIssue(`${targets.length} targets; ${TARGETS_MAX} at most`);
    const ids = targets.map(({ nodeId }) => nodeId);
    const twice = ids.find((id, index) => ids.indexOf(id) !== index);
    if (twice !== undefined) ctx.addIssue(`${twice} is there twice`);
  });

/** What a prober is told. */
export type ProberConfig = z.output<typeof schema>;

/** Reads a configuration from a text. */
export const readProberConfig = (text: string, fileName: string) => readYamlConfig(schema, text, fileName);

/** Reads a configuration from a file. */
export const readProberConfigFile = (path: string) => readYamlConfigFile(schema, path);
