import { createHash } from 'node:crypto';
import { type Command, type Event, event, planStreamOf, releaseName, streamOf } from '#contracts';
import { type EngineStory, obey, ORIGIN_MS } from '#testing';
import { recheckCommand } from './recheck.js';
import type { SigningFacts } from './signing-facts.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A signer, and a deploy system that obeys what it signs and nothing else, beside a story. */
export interface StorySigner {
  readonly signed: readonly Command[];
  /** The switch of the signer's own machine; on unless a test says otherwise. */
  ownSwitch: SigningFacts['ownSwitch'];
}

/** Lets a signer look at what a story issues, by the events of the story alone; its deploy system takes `restartS` for a command. */
export const signFor = (story: EngineStory, restartS: number): StorySigner => {
  const signed: Command[] = [];
  const signer: StorySigner = { signed, ownSwitch: { isOn: true, detail: 'on' } };
  const execute = obey(story, restartS);
  const of = (stream: string): readonly Event[] =>
    story.told.filter((each) => each.stream === stream).map(({ event: told }) => told);
  const factsOf = (command: Command): SigningFacts => {
    const plan = of(planStreamOf(command));
    const overrides = plan.flatMap(({ type, data }) => (type === 'RollbackDecided' ? (data.overrideId ?? []) : []));
    return {
      nowMs: ORIGIN_MS + story.afterS * 1_000,
      ownSwitch: signer.ownSwitch,
      plan,
      automation: of(streamOf.automation),
      target: of(streamOf.release(command.service, releaseName(command.to))),
      override: overrides.flatMap((overrideId) => of(streamOf.override(overrideId))),
      signedGeneration: Math.max(0, ...signed.map(({ generation }) => generation)),
      fleet: story.fleet.nodes,
    };
  };
  const settle = (command: Command): readonly Event[] => {
    const { commandId, audience } = command;
    const facts = factsOf(command);
    const refusal = recheckCommand(command, facts, sha256);
    if (refusal !== undefined) {
      story.tell(
        streamOf.command(commandId),
        event('CommandRefused', { commandId, audience, ...refusal, at: facts.nowMs }),
      );
      return [];
    }
    signed.push(command);
    return [event('CommandIssued', { command })];
  };
  story.onDecided = (events, afterS) =>
    execute(
      events.flatMap((told) => (told.type === 'CommandIssued' ? settle(told.data.command) : [])),
      afterS,
    );
  return signer;
};
