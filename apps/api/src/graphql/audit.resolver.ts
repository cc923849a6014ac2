import { Inject } from '@nestjs/common';
import { Mutation, Query, Resolver } from '@nestjs/graphql';
import { newVerificationSchema, type Principal } from '#contracts';
import { accepted, Caller, Needs, readQuery } from '#runtime';
import type { AuditDoor } from '../audit/audit-door.js';
import { auditPosition, auditQuery } from '../audit/audit-query.js';
import { AUDIT } from '../tokens.js';
import { BeginVerificationInput } from './inputs.js';
import { VerificationPayload } from './payloads.js';
import { connectionOf, given, listArgs, type PageArgs } from './schema/connection.js';
import { Arg, Asked, Input, maybe, moment, number, rawId, text } from './schema/define.js';
import { mutate, type MutationInput } from './schema/payload.js';
import { ActConnection, ShownActType, VerificationType } from './types/audit.types.js';

const ActsArgs = listArgs('ActsArgs', {
  actor: maybe(text('Of this actor: operator:ann.')),
  subject: maybe(text('Of whoever has this id: key:k1.')),
  stream: maybe(text('Of this stream.')),
  type: maybe(text('Events of this type.')),
  from: maybe(moment('Recorded then or later.')),
  to: maybe(moment('Recorded before.')),
});

/** What was done, by whom and why; and whether the record of it is what was recorded. */
@Resolver()
@Needs('view')
export class AuditResolver {
  constructor(@Inject(AUDIT) private readonly audit: AuditDoor) {}

  @Query(() => ActConnection, { description: 'What people and programs did through a door, newest first.' })
  async acts(@Asked(ActsArgs) args: PageArgs) {
    const { to: until, ...ask } = accepted(readQuery(auditQuery, given({ ...args })));
    return connectionOf(await this.audit.acts({ ...ask, until }), args);
  }

  @Query(() => ShownActType, { nullable: true, description: 'One act, or any other event, and what it changed.' })
  async act(@Arg('position', number('Its place in the one order.')) position: number) {
    return accepted(await this.audit.act(accepted(readQuery(auditPosition, position))));
  }

  @Query(() => [VerificationType], { description: 'Verifications of the events that are kept, newest first: 20.' })
  verifications() {
    return this.audit.verifications.newest();
  }

  @Query(() => VerificationType, { nullable: true, description: 'One verification; any process tells.' })
  async verification(@Arg('verificationId', rawId('The verification.')) verificationId: string) {
    return accepted(await this.audit.verifications.find(verificationId));
  }

  @Mutation(() => VerificationPayload, { description: 'Verifies the chains of all events; one at a time.' })
  @Needs('operate')
  beginVerification(@Caller() caller: Principal, @Input(BeginVerificationInput) input: MutationInput) {
    return mutate({ input: { ...input }, caller, as: 'verification' }, newVerificationSchema, ({ keptHeads }, by) =>
      this.audit.verifications.begin(keptHeads, by),
    );
  }
}
