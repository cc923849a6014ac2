import { z } from 'zod';
import {
  automationShape,
  channelShape,
  drillShape,
  fleetAnswer,
  nodeShape,
  onCallAnswer,
  rulesAnswer,
} from '#contracts';

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

const fleet = z.object({ fleet: fleetAnswer.shape.fleet.pick({ success: true }) });
const nodes = z.object({ nodes: z.array(nodeShape.pick({ nodeId: true })) });
const rules = z.object({
  rules: z.array(z.object({ name: rulesAnswer.shape.rules.element.shape.name })),
  warnings: rulesAnswer.shape.warnings,
  lastReload: rulesAnswer.shape.lastReload.pick({ refused: true }),
});
const channels = z.object({
  channels: z.array(channelShape.pick({ name: true, disabledBecause: true, pending: true })),
});
const onCall = z.object({
  plan: onCallAnswer.shape.plan.unwrap().pick({ version: true }).nullable(),
  gaps: onCallAnswer.shape.gaps,
});
const automation = z.object({ automation: automationShape.pick({ isOn: true }) });
const drills = z.object({ drills: z.array(drillShape.pick({ status: true, because: true })) });

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
      if (plan === null)
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
