import { useEffect, useState } from 'react';
import type { Offer } from './flow.js';
import { readOffer } from './offer.js';

/** Why a browser cannot prove here that it was itself who began a sign-in; undefined: it can. */
const missing = (): string | undefined =>
  window.isSecureContext
    ? undefined
    : 'It needs https: this page came unencrypted, and a browser keeps from it what proves a sign-in.';

interface WithIssuerProps {
  readonly tell: (refusal: string) => void;
}

/** The way in by an issuer of OpenID Connect, where there is one. */
export const WithIssuer = ({ tell }: WithIssuerProps) => {
  const [offer, setOffer] = useState<Offer | null>(null);
  const [isLeaving, setLeaving] = useState(false);
  useEffect(() => {
    // Without an answer there is the key, which fails with its reason if Tocsin is away.
    void readOffer().then(setOffer, () => undefined);
    // Who comes back from the issuer by the browser's own button finds this page as it was left.
    const shown = ({ persisted }: PageTransitionEvent) => persisted && setLeaving(false);
    addEventListener('pageshow', shown);
    return () => removeEventListener('pageshow', shown);
  }, []);
  if (offer === null) return null;
  const because = missing();
  const leave = async () => {
    setLeaving(true);
    const refused = await import('./issuer.js')
      .then(({ leaveToSignIn }) => leaveToSignIn(offer))
      .catch((error: unknown) => ({ refused: error instanceof Error ? error.message : String(error) }));
    setLeaving(false);
    tell(refused.refused);
  };
  return (
    <section aria-label="Sign in with your organisation" className="issuer">
      <button
        type="button"
        className="chosen"
        aria-disabled={because !== undefined || isLeaving}
        aria-describedby="issuer-help"
        onClick={() => because === undefined && !isLeaving && void leave()}
      >
        {isLeaving ? 'Leaving for it …' : `Sign in with ${new URL(offer.issuer).host}`}
      </button>
      <p id="issuer-help" className="quiet">
        {because ?? 'What you may do is what your groups may. You come back to the page that you opened.'}
      </p>
    </section>
  );
};
