import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type FileFinding, readYamlConfigFile, readYamlFiles } from '#config';
import { canonicalJson, eventSchemas, ruleFileSchema, type RuleSet } from '#contracts';
import { type Catalogue, type CompiledRules, compileRules, describeUnmatched, unmatchedPatterns } from '#domain';

/** What is to be checked. */
export interface AskedCheck {
  readonly paths: readonly string[];
  readonly catalogue: string | undefined;
}

/** What a check found. */
export interface CheckReport {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  /** What would be loaded; null when there are problems. */
  readonly set: {
    readonly sha256: string;
    readonly rules: number;
    readonly paging: number;
    readonly rollbackTriggers: readonly string[];
    readonly maintenance: number;
  } | null;
}

/** A catalogue as it is registered: the bodies of `POST /v1/nodes` and `POST /v1/customers` as one. */
const catalogueSchema = z.object({
  nodes: eventSchemas.NodesRegistered.shape.nodes.default([]),
  customers: eventSchemas.CustomersRegistered.shape.customers.default([]),
});

const summaryOf = (ruleSet: RuleSet): NonNullable<CheckReport['set']> => ({
  sha256: createHash('sha256').update(canonicalJson(ruleSet)).digest('hex'),
  rules: ruleSet.rules.length,
  paging: ruleSet.rules.filter(({ actions }) =>
    actions.some((action) => action.do === 'page' || action.do === 'escalate'),
  ).length,
  rollbackTriggers: ruleSet.rules
    .filter(({ rollbackOrder }) => rollbackOrder !== undefined)
    .toSorted((a, b) => (a.rollbackOrder ?? 0) - (b.rollbackOrder ?? 0))
    .map(({ name }) => name),
  maintenance: ruleSet.maintenance.length,
});

const warningsOf = (
  { ruleSet, places }: CompiledRules,
  catalogue: Catalogue,
  shown: (finding: FileFinding) => string,
): readonly string[] =>
  unmatchedPatterns(ruleSet, catalogue).map((unmatched) => {
    const { section, name } = unmatched.of;
    const { file = '', path = [] } = places.get(`${section} ${name}`) ?? {};
    return shown({
      file,
      path: [...path.slice(0, -1), 'where', unmatched.label],
      message: describeUnmatched(unmatched),
    });
  });

/** Checks rules as a process would read them, and against a catalogue when one is named. */
export const checkRules = ({ paths, catalogue: cataloguePath }: AskedCheck): CheckReport => {
  const read = readYamlFiles(paths, ruleFileSchema, compileRules);
  const catalogue = cataloguePath === undefined ? undefined : readYamlConfigFile(catalogueSchema, cataloguePath);
  const problems = [...(read.problems ?? []), ...(catalogue?.problems ?? [])];
  if (read.merged === undefined || problems.length > 0) return { problems, warnings: [], set: null };
  const warnings = catalogue?.config === undefined ? [] : warningsOf(read.merged, catalogue.config, read.shown);
  return { problems, warnings, set: summaryOf(read.merged.ruleSet) };
};

const count = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? '' : 's'}`;

/** A check, for people. */
export const formatCheck = ({ problems, warnings, set }: CheckReport): readonly string[] => [
  ...problems,
  ...warnings.map((warning) => `warning: ${warning}`),
  ...(set === null
    ? [`${count(problems.length, 'problem')}: nothing would be loaded`]
    : [
        `${count(set.rules, 'rule')}, ${set.paging} of them page, ${count(set.maintenance, 'maintenance window')}`,
        `rollback triggers, in this order: ${set.rollbackTriggers.join(', ') || 'none'}`,
        `version ${set.sha256}`,
      ]),
];
