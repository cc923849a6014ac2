import { Controller, Get, Inject } from '@nestjs/common';
import { signInSchema } from '#contracts';
import { Needs, SIGN_IN, type SignInSettings, Speaks, TOKEN_AGE_S_MAX } from '#runtime';

/** What the console must know before anybody has signed in; a page of an issuer shows the same to everybody. */
@Controller('v1/sign-in')
@Needs('public')
export class SignInController {
  constructor(@Inject(SIGN_IN) private readonly signIn: SignInSettings | undefined) {}

  @Get()
  @Speaks({ id: 'getSignIn', summary: 'How people sign in to the console beside API keys', answer: signInSchema })
  offered() {
    return { oidc: this.signIn === undefined ? null : { ...this.signIn, tokenSecondsMax: TOKEN_AGE_S_MAX } };
  }
}
