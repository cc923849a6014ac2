import { z } from 'zod';

/** What one look found. */
export interface Finding {
  readonly of: string;
  readonly state: 'well' | 'look' | 'bad';
  /** What was seen, and what to do about it. */
  readonly says: string;
}

/** A finding that all is as it should be. */
export const well = (of: string, says: string): Finding => ({ of, state: 'well', says });
/** A finding that somebody should look at. */
export const look = (of: string, says: string): Finding => ({ of, state: 'look', says });
/** A finding that keeps pages from going out. */
export const bad = (of: string, says: string): Finding => ({ of, state: 'bad', says });

const fleet = z.looseObject({ fleet: z.looseObject({ success: z.number().nullable() }) });
const nodes = z.looseObject({ nodes: z.array(z.unknown()) });
const rules = z.looseObject({
  rules: z.array(z.unknown()),
  warnings: z.array(z.string()),
  lastReload: z.looseObject({ refused: z.looseObject({ problems: z.array(z.string()) }).nullable() }),
});
const channels = z.looseObject({
  channels: z.array(z.looseObject({ name: z.string(), disabledBecause: z.string().nullable(), pending: z.number() })),
});
const onCall = z.looseObject({ plan: z.unknown(), gaps: z.array(z.unknown()) });
const automation = z.looseObject({ automation: z.looseObject({ isOn: z.boolean() }) });
const drills = z.looseObject({
  drills: z.array(z.looseObject({ status: z.string(), because: z.string().nullable() })),
});

/** What is asked of the API with the key, and how its answer is judged. */
export interface Question<T> {
  readonly of: string;
  readonly path: string;
  readonly schema: z.ZodType<T>;
  readonly judge: (answer: T) => Finding;
}
const question = <T>(asked: Question<T>): Question<unknown> => asked as unknown as Question<unknown>;

/** Every question, nearest to the telemetry first. */
export const QUESTIONS: readonly Question<unknown>[] = [
  question({
    of: 'nodes',
    path: '/v1/nodes?limit=1',
    schema: nodes,
    judge: (answer) =>
      answer.nodes.length > 0
        ? well('nodes', 'registered')
        : bad('nodes', 'none is registered: POST /v1/nodes, so that Tocsin knows who should be heard'),
  }),
  question({
    of: 'telemetry',
    path: '/v1/fleet',
    schema: fleet,
    judge: (answer) =>
      answer.fleet.success === null
        ? bad('telemetry', 'no outcomes arrive: do agents run, and is the --gateway of each this server?')
        : well('telemetry', `outcomes arrive; ${answer.fleet.success.toFixed(2)} % succeed`),
  }),
  question({
    of: 'rules',
    path: '/v1/rules',
    schema: rules,
    judge: ({ rules: all, warnings, lastReload }) => {
      const [problem] = lastReload.refused?.problems ?? [];
      if (problem !== undefined) return bad('rules', `the last file was refused: ${problem}`);
      return warnings.length === 0
        ? well('rules', `${all.length} in force`)
        : look(
            'rules',
            `${all.length} in force; ${warnings[0]}${warnings.length > 1 ? ` and ${warnings.length - 1} more` : ''}`,
          );
    },
  }),
  question({
    of: 'channels',
    path: '/v1/channels',
    schema: channels,
    judge: ({ channels: all }) => {
      const off = all.find(({ disabledBecause }) => disabledBecause !== null);
      if (all.length === 0) return bad('channels', 'none is configured: nobody would be paged; see docs/channels.md');
      return off === undefined
        ? well('channels', all.map(({ name }) => name).join(', '))
        : bad('channels', `${off.name} is disabled: ${off.disabledBecause}; tocsin channels enable ${off.name}`);
    },
  }),
  question({
    of: 'on call',
    path: '/v1/on-call',
    schema: onCall,
    judge: ({ plan, gaps }) => {
      if (plan === null || plan === undefined)
        return look('on call', 'no plan is loaded: pages go to every channel, and nobody is called after them');
      return gaps.length === 0
        ? well('on call', 'a plan without a gap')
        : bad('on call', `${gaps.length} gaps: tocsin on-call`);
    },
  }),
  question({
    of: 'automation',
    path: '/v1/automation',
    schema: automation,
    judge: (answer) =>
      answer.automation.isOn ? well('automation', 'on') : look('automation', 'off: Tocsin commands nothing by itself'),
  }),
  question({
    of: 'drill',
    path: '/v1/drills?limit=1',
    schema: drills,
    judge: ({ drills: [last] }) => {
      if (last === undefined) return look('drill', 'no page was ever tried: tocsin drill now');
      return last.status === 'failed'
        ? bad('drill', `the last one failed: ${last.because ?? 'see tocsin drill ls'}`)
        : well('drill', `the last one ${last.status}`);
    },
  }),
];
