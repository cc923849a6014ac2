import {
  impactEntrySchema,
  type ImpactEntry,
  impactSettingsSchema,
  type ImpactSettings,
  maintenanceEntrySchema,
  type MaintenanceEntry,
  type MaintenanceWindow,
  type Rule,
  ruleEntrySchema,
  type RuleEntry,
  RULES_MAX,
  type RuleScope,
  type RuleSet,
  sloEntrySchema,
  type SloEntry,
} from '#contracts';
import { compileMaintenance } from './compile-maintenance.js';
import { compileRule, shareOf } from './compile-rule.js';
import type { Finding, FindingPath, Tell } from './finding.js';
import { compileSlo } from './slo.js';
import { type SoundEntry, soundParts } from './sound-parts.js';

/** A file of rules, parsed, not checked. */
export interface PlainRuleFile {
  readonly name: string;
  readonly value: unknown;
}

/** What became of files of rules; what does not fit their schema is told by whoever reads them, not here. */
export interface CompiledRules {
  readonly ruleSet: RuleSet;
  readonly problems: readonly Finding[];
  /** Where each rule and maintenance window is written, by name. */
  readonly places: ReadonlyMap<string, { readonly file: string; readonly path: FindingPath }>;
}

const listOf = (value: unknown, section: string): readonly unknown[] => {
  const list = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[section] : undefined;
  return Array.isArray(list) ? list : [];
};

/** Files while they become one set. */
class Compilation {
  readonly problems: Finding[] = [];
  readonly places = new Map<string, { file: string; path: FindingPath }>();
  readonly rules: Rule[] = [];
  readonly maintenance: MaintenanceWindow[] = [];
  private readonly rulesWritten = new Set<string>();
  private impactFrom: { file: string; settings: ImpactSettings } | undefined;
  private triggersFrom: { file: string; names: readonly unknown[] } | undefined;

  take(file: PlainRuleFile): void {
    this.each<RuleEntry>(file, 'rules', ruleEntrySchema, (entry, tell, path) => {
      this.name('rule', entry.alert, file.name, [...path, 'alert'], true);
      const rule = compileRule(entry, tell);
      if (rule !== undefined) this.rules.push(rule);
    });
    this.each<SloEntry>(file, 'slos', sloEntrySchema, (entry, tell, path) => {
      for (const rule of compileSlo(entry, tell)) {
        this.name('rule', rule.name, file.name, [...path, 'name'], true);
        this.rules.push(rule);
      }
    });
    this.each<MaintenanceEntry>(file, 'maintenance', maintenanceEntrySchema, (entry, tell, path) => {
      this.name('maintenance window', entry.name, file.name, [...path, 'name'], false);
      const window = compileMaintenance(entry, tell);
      if (window !== undefined) this.maintenance.push(window);
    });
    this.takeOnce(file);
  }

  finish(): CompiledRules {
    const { problems, places, maintenance } = this;
    const ordered = this.inOrder();
    if (this.rules.length > RULES_MAX)
      problems.push({ file: '', path: [], message: `${this.rules.length} rules in all, ${RULES_MAX} at most` });
    const impact = this.impactFrom?.settings ?? impactSettingsSchema.parse({});
    return { ruleSet: { rules: ordered, impact, maintenance }, problems, places };
  }

  private each<T>(
    file: PlainRuleFile,
    section: string,
    schema: Parameters<typeof soundParts>[0],
    take: (entry: SoundEntry<T>, tell: Tell, path: FindingPath) => void,
  ): void {
    listOf(file.value, section).forEach((raw, index) => {
      const at = [section, index];
      const tell: Tell = (path, message, near) =>
        void this.problems.push({ file: file.name, path: [...at, ...path], message, near });
      take(soundParts<T>(schema, raw), tell, at);
    });
  }

  private name(kind: string, name: string | undefined, file: string, path: FindingPath, isRule: boolean): void {
    if (name === undefined) return;
    const key = `${isRule ? 'rules' : 'maintenance'} ${name}`;
    const known = this.places.get(key);
    if (known === undefined) this.places.set(key, { file, path });
    else this.problems.push({ file, path, message: `there is a ${kind} ${name} already, in ${known.file}` });
    if (isRule) this.rulesWritten.add(name);
  }

  /** Sections that only one file may have. */
  private takeOnce({ name: file, value }: PlainRuleFile): void {
    const held = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
    if (held['impact'] !== undefined) {
      if (this.impactFrom !== undefined)
        this.problems.push({ file, path: ['impact'], message: `is told in ${this.impactFrom.file} already` });
      else {
        const entry = soundParts<ImpactEntry>(impactEntrySchema, held['impact']);
        const tell: Tell = (path, message) => this.problems.push({ file, path: ['impact', ...path], message });
        this.impactFrom = { file, settings: impactOf(entry, tell) };
      }
    }
    const names = listOf(value, 'rollback_triggers');
    if (names.length === 0) return;
    if (this.triggersFrom !== undefined)
      this.problems.push({
        file,
        path: ['rollback_triggers'],
        message: `are told in ${this.triggersFrom.file} already: they have one order`,
      });
    else this.triggersFrom = { file, names };
  }

  /** The rules with their places among the triggers. */
  private inOrder(): Rule[] {
    const { file = '', names = [] } = this.triggersFrom ?? {};
    names.forEach((name, index) => {
      if (typeof name !== 'string') return;
      const path = ['rollback_triggers', index];
      if (!this.rulesWritten.has(name))
        this.problems.push({
          file,
          path,
          message: `there is no rule ${name}`,
          near: { word: name, known: [...this.rulesWritten] },
        });
      else if (names.indexOf(name) < index) this.problems.push({ file, path, message: `${name} comes twice` });
    });
    return this.rules.map((rule) => this.asTrigger(rule, names.indexOf(rule.name) + 1));
  }

  /** What would never roll anything back: a warning opens no incident, and what goes back is a release. */
  private checkTrigger({ name, severity, scopes }: Rule, index: number): void {
    const { file = '' } = this.triggersFrom ?? {};
    const path = ['rollback_triggers', index];
    if (severity === 'warning')
      this.problems.push({ file, path, message: `${name} is a warning: it rolls nothing back until it is critical` });
    if (!scopes.some((scope) => ROLLED_BACK_FOR.has(scope)))
      this.problems.push({
        file,
        path,
        message: `${name} is for each ${scopes.join(' and ')}: a rollback needs ${[...ROLLED_BACK_FOR].join(', ')}`,
      });
  }

  private asTrigger(rule: Rule, order: number): Rule {
    const rollsBack = rule.actions.some((action) => action.do === 'roll_back');
    if (order > 0) {
      this.checkTrigger(rule, order - 1);
      const actions: Rule['actions'] = rollsBack ? rule.actions : [...rule.actions, { do: 'roll_back' }];
      return { ...rule, actions, rollbackOrder: order };
    }
    if (rollsBack) {
      const { file = '', path = [] } = this.places.get(`rules ${rule.name}`) ?? {};
      this.problems.push({
        file,
        path: [...path.slice(0, -1), 'actions'],
        message: `roll_back: ${rule.name} has no place in rollback_triggers, which say what is asked first`,
      });
    }
    return rule;
  }
}

/** Subjects whose alerts can name a release to roll back: a cohort its own, the fleet the one that is worse than its control. */
const ROLLED_BACK_FOR: ReadonlySet<RuleScope> = new Set(['fleet', 'release', 'release_region']);

const impactOf = (entry: SoundEntry<ImpactEntry>, tell: Tell): ImpactSettings => {
  const told = {
    weights: entry.weights,
    dollarsPerMinute: entry.dollars_per_minute,
    affectedRatio: entry.affected_above === undefined ? undefined : shareOf(entry.affected_above),
    affectedOutcomesMin: entry.affected_min_outcomes,
  };
  const written = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
  const settings = impactSettingsSchema.safeParse(written);
  // Its other parts fit already, or the entry would not.
  if (settings.data === undefined) tell(['affected_above'], 'must be above 0 % and below 100 %');
  return settings.data ?? impactSettingsSchema.parse({});
};

/**
 * Files of rules → one set, and everything that is wrong with them beyond their shape: names that come twice, units, scopes, windows,
 * conditions. Parts that do not fit their schema are passed over, so that one look tells all. Without problems, of either kind, the
 * set is what is to be loaded.
 */
export const compileRules = (files: readonly PlainRuleFile[]): CompiledRules => {
  const compilation = new Compilation();
  for (const file of files) compilation.take(file);
  return compilation.finish();
};
