import { z } from 'zod';
import { gateAnswer, stageGateShape } from '#contracts';
import { readAnswer } from './answers.js';
import { type ApiClient, isAway } from './api-client.js';
import { formatCount, formatPercent, formatTime } from './figures.js';
import type { GateShowAsked } from './gate-show-arguments.js';
import { formatTable } from './table.js';

/** What a gate answers. */
export type GateAnswer = z.infer<typeof gateAnswer>;

/** Asks once. */
const askGate = async (api: ApiClient, { rolloutId, stage }: GateShowAsked): Promise<GateAnswer> => {
  const query = stage === undefined ? '' : `?stage=${encodeURIComponent(stage)}`;
  return readAnswer(gateAnswer, await api.get(`/v1/rollouts/${encodeURIComponent(rolloutId)}/gate${query}`));
};

/** What waiting needs of the process. */
export interface GateWaiting {
  readonly nowMs: () => number;
  readonly pause: () => Promise<void>;
  /** Told when the word changes, and when the server is away. */
  readonly tell: (text: string) => void;
}

/**
 * Asks; with `wait` again until the stage may begin, or nothing will change that any more, or the time is over. A server that is away
 * meanwhile is no answer: what brings a release must not go on for it.
 */
export const waitForGate = async (
  api: ApiClient,
  asked: GateShowAsked,
  { nowMs, pause, tell }: GateWaiting,
): Promise<GateAnswer> => {
  const untilMs = nowMs() + asked.timeoutMs;
  let told = '';
  for (;;) {
    const isLate = !asked.wait || nowMs() >= untilMs;
    try {
      const answer = await askGate(api, asked);
      if (answer.mayProceed || answer.isFinal || isLate) return answer;
      if (answer.because !== told) tell(`${answer.stage ?? '-'}: ${answer.verdict}: ${answer.because}`);
      told = answer.because;
    } catch (error) {
      if (!isAway(error) || isLate) throw error;
      tell(error.message);
    }
    await pause();
  }
};

const share = (of: GateAnswer['cohort']): readonly string[] => {
  if (of === null) return ['-', 'unknown'];
  const all = of.good + of.bad;
  return [formatCount(all), formatPercent(all === 0 ? null : (100 * of.bad) / all)];
};

/** A gate, for people. */
export const formatGateAnswer = (gate: GateAnswer): readonly string[] => {
  const { rolloutId, state, stage, phase, verdict, mayProceed, because, missing, tests, cohort, control } = gate;
  return [
    `${rolloutId}: ${mayProceed ? 'may go on' : 'may not go on'}: ${because}`,
    `rollout ${state}, stage ${stage ?? '-'}, gate ${phase}, verdict ${verdict}`,
    ...missing.map(({ item, detail }) => `  lacks ${item}: ${detail}`),
    '',
    ...formatTable(
      ['', 'outcomes', 'failing'],
      [
        ['cohort', ...share(cohort)],
        ['control', ...share(control)],
      ],
    ),
    ...(tests.length === 0
      ? []
      : [
          '',
          ...formatTable(
            ['test', 'says', 'because'],
            tests.map((each) => [each.test, each.verdict, each.detail]),
          ),
        ]),
  ];
};

const gatesSeen = z.object({
  gates: z.array(
    stageGateShape.pick({
      n: true,
      stage: true,
      phase: true,
      verdict: true,
      beganAt: true,
      because: true,
      evidence: true,
    }),
  ),
});

/** The gates of a rollout, the newest first. */
export const formatGates = (answer: unknown): readonly string[] => {
  const rows = readAnswer(gatesSeen, answer).gates.map(({ n, stage, phase, verdict, beganAt, because, evidence }) => [
    String(n),
    stage,
    phase,
    verdict,
    formatTime(beganAt),
    evidence.join(' '),
    because,
  ]);
  return rows.length === 0
    ? ['it reached no stage']
    : formatTable(['n', 'stage', 'phase', 'verdict', 'began (UTC)', 'evidence', 'because'], rows);
};
