import { fileURLToPath } from 'node:url';
import { readYamlFiles, type YamlFilesRead } from '#config';
import { canonicalDigest, ruleFileSchema, type RuleSet } from '#contracts';
import { type CompiledRules, compileRules } from '#domain';

/** The rules that come with Tocsin. */
export const SHIPPED_RULES = fileURLToPath(new URL('../../../../rules/default.yml', import.meta.url));

/** Where rules are read. */
export interface RuleSource {
  /** A file, or a directory of `*.yml`. */
  readonly path: string;
  /** How the source is called in the record: no path of a machine where it is the shipped one. */
  readonly name: string;
}

/** What a reading gave: a set, or everything that is wrong. */
export type RuleFilesRead = YamlFilesRead<CompiledRules>;

/** Reads the files of a source. */
export const readRuleFiles = ({ path }: RuleSource): RuleFilesRead =>
  readYamlFiles([path], ruleFileSchema, compileRules);

/** The same rules have the same digest, whatever the order of their keys, their comments and their files. */
export const digestOf = (ruleSet: RuleSet): string => canonicalDigest(ruleSet);
