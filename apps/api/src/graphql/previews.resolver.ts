import { Inject } from '@nestjs/common';
import { Query, Resolver } from '@nestjs/graphql';
import { liftingPreviewSchema } from '#contracts';
import { accepted, Needs, readBody } from '#runtime';
import type { Actions } from '../actions.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';
import { ReleaseInput, SelectedInput } from './inputs.js';
import {
  Arg,
  argsType,
  Asked,
  duration,
  many,
  maybe,
  moment,
  one,
  rawId,
  text,
  withoutNulls,
} from './schema/define.js';
import { type SilenceAsked, silenceAskedSchema, silenceOf } from './silence-asked.js';
import {
  HaltPreviewType,
  LiftingPreviewType,
  RedirectEndPreviewType,
  RollbackPreviewType,
  SilencePreviewType,
  StartPreviewType,
} from './types/preview.types.js';

const ROLLOUT_ID = Arg('rolloutId', rawId('The rollout.'));
const REDIRECT_ID = Arg('redirectId', rawId('The redirect.'));
const SERVICE = Arg('service', text('The service.'));
const RELEASE = Arg(
  'release',
  one(() => ReleaseInput, 'The release.'),
);
const SilencePreviewArgs = argsType('SilencePreviewArgs', {
  where: many(one(() => SelectedInput, 'Which alerts: every label must fit.')),
  startsAt: maybe(moment('At once unless told.')),
  endsAt: maybe(moment('Either this or a duration.')),
  duration: maybe(duration('Either this or an end.')),
});

/** A silence needs a comment; one that is looked at has none yet. */
const UNSAID = 'preview';

/** Dry runs of acts: refused as the acts would be, and nothing is recorded. */
@Resolver()
@Needs('view')
export class PreviewsResolver {
  constructor(
    @Inject(ACTIONS) private readonly actions: Actions,
    @Inject(QUERIES) private readonly queries: Queries,
  ) {}

  @Query(() => RollbackPreviewType, {
    nullable: true,
    description: 'What a rollback would do now; nothing is recorded.',
  })
  async rollbackPreview(@ROLLOUT_ID rolloutId: string) {
    return accepted(await this.actions.previewRollback(rolloutId));
  }

  @Query(() => StartPreviewType, {
    nullable: true,
    description: 'What the start of a rollout would do now; nothing is recorded.',
  })
  async startPreview(@ROLLOUT_ID rolloutId: string) {
    return accepted(await this.actions.previewStart(rolloutId));
  }

  @Query(() => HaltPreviewType, { nullable: true, description: 'What a halt would do now; nothing is recorded.' })
  async haltPreview(@ROLLOUT_ID rolloutId: string) {
    return accepted(await this.actions.previewHalt(rolloutId));
  }

  @Query(() => RedirectEndPreviewType, {
    nullable: true,
    description: 'What the end of a redirect by a person would do now; nothing is recorded.',
  })
  async redirectEndPreview(@REDIRECT_ID redirectId: string) {
    return accepted(await this.actions.previewRedirectEnd(redirectId));
  }

  @Query(() => LiftingPreviewType, {
    nullable: true,
    description: 'What lifting a quarantine would do now; nothing is recorded.',
  })
  async liftingPreview(@SERVICE service: string, @RELEASE release: object) {
    return accepted(await this.actions.previewLifting(accepted(readBody(liftingPreviewSchema, { service, release }))));
  }

  @Query(() => SilencePreviewType, {
    nullable: true,
    description: 'Which open alerts a silence would mute now; nothing is recorded.',
  })
  async silencePreview(@Asked(SilencePreviewArgs) asked: SilenceAsked) {
    const wanted = accepted(readBody(silenceAskedSchema, withoutNulls({ ...silenceOf(asked), comment: UNSAID })));
    return accepted(await this.queries.previewSilence(wanted));
  }
}
