import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import { holding, type Permission, type Principal } from '#contracts';
import { type RateLimits, Rates } from './door/rates.js';
import { PrincipalGuard } from './principal.guard.js';

const operator: Principal = { keyId: 'o', subject: 'key:o', name: 'o', nodeId: undefined, ...holding('operator') };
const LIMIT = { perSecond: 1, windowS: 3 };
const LIMITS: RateLimits = { view: LIMIT, act: LIMIT, telemetry: LIMIT, proved: LIMIT, stranger: LIMIT };

/** Whether fields of one GraphQL document may be resolved that need this, one after another. */
const asked = async (needs: Permission, times: number): Promise<readonly string[]> => {
  const guard = new PrincipalGuard(
    { authenticate: async () => operator },
    { getAllAndOverride: () => needs } as unknown as Reflector,
    new Rates(LIMITS, () => 0),
  );
  const context = {
    getHandler: () => undefined,
    getClass: () => undefined,
    getType: () => 'graphql',
    getArgByIndex: () => ({ reply: { request: { headers: {} } } }),
  } as unknown as ExecutionContext;
  const answers: string[] = [];
  for (let time = 0; time < times; time += 1)
    answers.push(await guard.canActivate(context).then(String, (error: Error) => error.message));
  return answers;
};

describe('the guard', () => {
  it('counts each act of a GraphQL document, which the front door cannot see', async () => {
    const refused = 'act: 1 a second; try again in 1 s';
    expect(await asked('operate', 5)).toEqual(['true', 'true', 'true', refused, refused]);
  });

  it('counts no field that is looked at: its document was counted at the door', async () => {
    expect(await asked('view', 5)).toEqual(['true', 'true', 'true', 'true', 'true']);
  });
});
