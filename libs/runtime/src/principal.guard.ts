import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { isPermitted, isRefusal, type Permission, type Principal } from '#contracts';
import { type Authenticator } from './authenticator.js';
import { rateClassOf } from './door/limit-rate.js';
import type { Rates } from './door/rates.js';
import { NEEDS, requestOf } from './needs.js';
import { Refused, refused } from './refused.js';
import { AUTHENTICATOR, RATES } from './tokens.js';

/** What changes what Tocsin does: for it a key must be good now, and not only have been so before the database went away. */
const ACTS: ReadonlySet<Permission> = new Set([
  'roll_out',
  'operate',
  'approve_stage',
  'approve',
  'lift',
  'administer',
]);

/** Before every route and resolver: who asks, and may they. What says nothing about its needs refuses everybody. */
@Injectable()
export class PrincipalGuard implements CanActivate {
  constructor(
    @Inject(AUTHENTICATOR) private readonly authenticator: Authenticator,
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(RATES) private readonly rates: Rates,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const places = [context.getHandler(), context.getClass()];
    const needed = this.reflector.getAllAndOverride<Permission | undefined>(NEEDS, places);
    if (needed === 'public') return true;
    if (needed === undefined) throw refused('PERMISSION_DENIED', 'nobody may do this');
    const request = requestOf(context);
    // Fields of one GraphQL query share the request: one look-up for all of them.
    if (ACTS.has(needed)) request.principal = await this.principalOf(request.headers.authorization, true);
    request.principal ??= await this.principalOf(request.headers.authorization, false);
    this.countOperation(context, needed, request.principal);
    if (!isPermitted(request.principal, needed))
      throw refused('PERMISSION_DENIED', `role ${request.principal.role} may not ${needed}`);
    return true;
  }

  /** An act within GraphQL: the front door, which sees no document, counted a look. */
  private countOperation(context: ExecutionContext, needed: Permission, { subject }: Principal): void {
    if (context.getType<string>() === 'http' || rateClassOf(needed) !== 'act') return;
    const refusal = this.rates.spend('act', subject);
    if (refusal !== undefined) throw new Refused(refusal);
  }

  private async principalOf(header: string | undefined, isToAct: boolean) {
    const principal = await this.authenticator.authenticate(header, isToAct);
    if (isRefusal(principal)) throw new Refused(principal);
    return principal;
  }
}
