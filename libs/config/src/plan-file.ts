import { z } from 'zod';
import { nameSchema, type RolloutPlan, STAGES_MAX } from '#contracts';
import { durationMsSchema } from './setting-kinds.js';
import { parseYaml, readYamlText, type ValueFinding, type YamlRead } from './yaml-config.js';

const EXPECTED_SHARE = 'expected per cent, such as 5 % or 0.05 %';

/** `5 %`, in per cent. */
const percent = z.string(EXPECTED_SHARE).transform((text, ctx) => {
  const [, digits] = /^(\d{1,3}(?:\.\d{1,6})?) ?%$/.exec(text) ?? [];
  if (digits !== undefined && Number(digits) > 0 && Number(digits) <= 100) return Number(digits);
  ctx.addIssue(EXPECTED_SHARE);
  return z.NEVER;
});

/** `0.1 %` as a share of 1; the rounding keeps 0.3 % from becoming 0.0030000000000000001. */
const ratio = percent.transform((each) => Number((each / 100).toPrecision(12)));

const figures = z
  .strictObject({ healthy: ratio, faulty: ratio })
  .refine(({ healthy, faulty }) => healthy < faulty, 'expected healthy below faulty')
  .refine(({ faulty }) => faulty < 0.5, 'expected faulty below 50 %');

const gate = z
  .strictObject({
    failing: figures,
    customers: figures.optional(),
    no_escalations: z.boolean().optional(),
    impact_max: z.number().positive().optional(),
  })
  .transform(({ failing, customers, no_escalations: noEscalations, impact_max: impactMax }) => ({
    failing,
    ...(customers === undefined ? {} : { customerFailing: customers }),
    ...(noEscalations === undefined ? {} : { noCustomerEscalations: noEscalations }),
    ...(impactMax === undefined ? {} : { impactScoreMax: impactMax }),
  }));

const stage = z
  .strictObject({
    name: nameSchema,
    share: percent,
    for: durationMsSchema.refine((ms) => ms > 0, 'expected more than 0s'),
    gate,
    approval: z.boolean().optional(),
  })
  .transform(({ name, share, for: durationMs, gate: settings, approval }) => ({
    name,
    sharePercent: share,
    durationMs,
    gate: settings,
    ...(approval === undefined ? {} : { needsApproval: approval }),
  }));

const WATCH_DAYS_MAX = 7;

const schema = z
  .strictObject({
    stages: z.array(stage).min(1).max(STAGES_MAX),
    watch: durationMsSchema
      .refine((ms) => ms <= WATCH_DAYS_MAX * 86_400_000, `expected at most ${WATCH_DAYS_MAX}d`)
      .optional(),
  })
  .transform(({ stages, watch }): RolloutPlan => ({ stages, ...(watch === undefined ? {} : { watchMs: watch }) }));

/** The words of a plan in the file, where they are others. */
const WORDS: Readonly<Record<string, string>> = {
  sharePercent: 'share',
  durationMs: 'for',
  customerFailing: 'customers',
  noCustomerEscalations: 'no_escalations',
  impactScoreMax: 'impact_max',
  needsApproval: 'approval',
  watchMs: 'watch',
};

/**
 * Reads a plan of a rollout from a YAML file. Everything that is wrong with it is told at once, with its place: what is no plan, or else
 * what `check` does not allow.
 */
export const readPlanFile = (
  path: string,
  check: (plan: RolloutPlan) => readonly ValueFinding[],
): YamlRead<RolloutPlan> => {
  const { config: text, problems: unread } = readYamlText(path);
  if (text === undefined) return { problems: unread };
  const { config: parsed, problems: unparsed } = parseYaml(text, path);
  if (parsed === undefined) return { problems: unparsed };
  const plan = schema.safeParse(parsed.value);
  if (!plan.success) return { problems: parsed.problems(schema, []) };
  const findings = check(plan.data).map((finding) => ({
    ...finding,
    path: finding.path.map((part) => WORDS[String(part)] ?? part),
  }));
  return findings.length === 0 ? { config: plan.data } : { problems: parsed.problems(schema, findings) };
};
