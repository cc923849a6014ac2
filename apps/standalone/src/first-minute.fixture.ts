import { until } from '#testing';
import type { ConsoleSite } from './console-site.fixture.js';
import { GOOD, NEXT } from './rollout-site.fixture.js';
import { type Outage, SIX_QUESTIONS } from './six-questions.fixture.js';
import type { Tab } from './tab.fixture.js';

/** What the page has to answer within; of event time, since a busy machine takes its time. */
const ANSWERED_WITHIN_S = 60;
const STEP_S = 3;
const OUTAGE: Outage = { bad: NEXT, good: GOOD, regions: ['us-east', 'us-west', 'europe', 'asia'] };

/** What a page answered of the first minute of an outage. */
export interface FirstMinute {
  /** Questions that it answered while all was well: none is answered by what stands there always. */
  readonly answeredBefore: readonly string[];
  /** Question → seconds of event time after the fault. */
  readonly answeredAfterS: Readonly<Record<string, number>>;
  readonly unanswered: readonly string[];
  /** What was spoken last, where something is left unanswered. */
  readonly spoken: string;
}

const answeredIn = (spoken: string): readonly string[] =>
  Object.keys(SIX_QUESTIONS).filter((question) => SIX_QUESTIONS[question]?.(spoken, OUTAGE));

/** Lets the release of the day fail, and watches a page until it answers the six questions or their minute is over. */
export const watchFirstMinute = async (tocsin: ConsoleSite, watched: Tab): Promise<FirstMinute> => {
  await tocsin.isCurrent(watched);
  const answeredBefore = answeredIn(await watched.spoken());
  tocsin.fail();
  const answeredAfterS: Record<string, number> = {};
  const unanswered = (): readonly string[] =>
    Object.keys(SIX_QUESTIONS).filter((question) => answeredAfterS[question] === undefined);
  let spoken = '';
  for (let afterS = STEP_S; afterS <= ANSWERED_WITHIN_S && unanswered().length > 0; afterS += STEP_S) {
    await tocsin.play(STEP_S);
    await tocsin.isCurrent(watched);
    spoken = await watched.spoken();
    for (const question of answeredIn(spoken)) answeredAfterS[question] ??= afterS;
  }
  return { answeredBefore, answeredAfterS, unanswered: unanswered(), spoken: unanswered().length === 0 ? '' : spoken };
};

/** What is still missing after all waiting: what is shown follows what is known, and the clock stands meanwhile. */
export const stillMissing = async (look: () => Promise<readonly string[]>): Promise<readonly string[]> => {
  let missing: readonly string[] = [];
  const isThere = async (): Promise<boolean> => (missing = await look()).length === 0;
  await until('nothing is missing', isThere).catch((error: Error) => {
    if (missing.length === 0) throw error;
  });
  return missing;
};

/** The headings under which the six questions are answered on the page Now. */
export const ANSWERS = [
  'How bad, and is it getting worse',
  'Where',
  'What changed',
  'Who is hurt',
  'What the automation does',
  'Who has it',
];
